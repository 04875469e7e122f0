// The typists of each room. Each entry expires, because the event that ends it may be lost.

/** Milliseconds; twice as long as the pause between two events of one typist. */
const AGES_AFTER = 6_000;

export class Typing {
  #onchange;
  /** @type {Map<string, {room: number, user: number, timer: ReturnType<typeof setTimeout>}>} */
  #typists = new Map();

  /** @param {() => void} onchange */
  constructor(onchange) {
    this.#onchange = onchange;
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {boolean} typing
   */
  set(room, user, typing) {
    const key = `${room}:${user}`;
    clearTimeout(this.#typists.get(key)?.timer);
    this.#typists.delete(key);
    if (typing) {
      const timer = setTimeout(() => {
        this.#typists.delete(key);
        this.#onchange();
      }, AGES_AFTER);
      this.#typists.set(key, { room, user, timer });
    }
  }

  /**
   * @param {number} room
   * @returns {number[]} the typists
   */
  in(room) {
    return [...this.#typists.values()].filter((typist) => typist.room === room).map(({ user }) => user);
  }
}
