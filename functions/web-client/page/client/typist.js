// Announces to a room that the user is typing, no faster than the server accepts.

/** Milliseconds; half the time after which others stop showing a typist. */
const AGAIN_AFTER = 4_000;
/** Milliseconds without a key. */
const ENDS_AFTER = 4_000;
/** Milliseconds; a little more than the two seconds of the server, because frames do not all travel equally fast. */
const PACE = 2_200;

export class Typist {
  #tell;
  /** The room that was told of typing and not of its end. @type {number | null} */
  #room = null;
  #toldAt = 0;
  /** The time of the last frame, by room. @type {Map<number, number>} */
  #frames = new Map();
  /** Frames that wait for the pace, by room. @type {Map<number, ReturnType<typeof setTimeout>>} */
  #waiting = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;

  /** @param {(room: number, typing: boolean) => void} tell */
  constructor(tell) {
    this.#tell = tell;
  }

  /** A key was pressed. @param {number} room */
  types(room) {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.stops(), ENDS_AFTER);
    if (this.#room === room && Date.now() - this.#toldAt < AGAIN_AFTER) return;
    if (this.#room !== room) this.stops();
    this.#room = room;
    this.#toldAt = Date.now();
    this.#send(room, true);
  }

  /** Nothing is typed any more. */
  stops() {
    if (this.#room !== null) this.#send(this.#room, false);
    this.#room = null;
  }

  /** The message was sent, which ends the typing for the others. @param {number} room */
  sends(room) {
    clearTimeout(this.#pause);
    clearTimeout(this.#waiting.get(room));
    this.#room = null;
  }

  end() {
    clearTimeout(this.#pause);
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#room = null;
  }

  /**
   * @param {number} room
   * @param {boolean} typing
   */
  #send(room, typing) {
    clearTimeout(this.#waiting.get(room));
    const send = () => {
      this.#frames.set(room, Date.now());
      this.#tell(room, typing);
    };
    const wait = (this.#frames.get(room) ?? -Infinity) + PACE - Date.now();
    if (wait <= 0) send();
    else this.#waiting.set(room, setTimeout(send, wait));
  }
}
