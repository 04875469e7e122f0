// The typists of each room. Each entry expires, because the event that ends it may be lost.

/** Seconds, if an event does not say it. */
const EXPIRES_IN = 8;

/**
 * @typedef {"text" | "audio"} Kind
 */

export class Typing {
  #onchange;
  /** @type {Map<string, {room: number, user: number, kind: Kind, timer: ReturnType<typeof setTimeout>}>} */
  #typists = new Map();

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {boolean} typing
   * @param {{kind?: Kind, expires_in?: number}} [event]
   */
  set(room, user, typing, { kind = "text", expires_in = EXPIRES_IN } = {}) {
    const key = `${room}:${user}`;
    clearTimeout(this.#typists.get(key)?.timer);
    this.#typists.delete(key);
    if (typing) {
      const timer = setTimeout(() => {
        this.#typists.delete(key);
        this.#onchange();
      }, expires_in * 1_000);
      this.#typists.set(key, { room, user, kind, timer });
    }
  }

  end() {
    for (const { timer } of this.#typists.values()) clearTimeout(timer);
    this.#typists.clear();
  }

  /**
   * @param {number} room
   * @returns {{user: number, kind: Kind}[]} the typists
   */
  in(room) {
    return [...this.#typists.values()].filter((typist) => typist.room === room);
  }
}
