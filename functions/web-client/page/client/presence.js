// Whether the person of the open direct room is online, and when they were last seen. The server pushes no changes, so
// the page asks. Unknown presence is not shown, least of all as "offline".

/**
 * @typedef {import("./api.js").Presence} Presence
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "presence">} api
 * @property {() => void} onchange
 */

export class People {
  #means;
  /** @type {Map<number, Presence>} */
  #known = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /**
   * @param {number} user
   * @returns {Presence}
   */
  presence(user) {
    return this.#known.get(user) ?? { user, online: null, last_seen: null };
  }

  /** Asks for the presence of a person. After a failure nothing is known. @param {number} user */
  async ask(user) {
    try {
      const [found] = await this.#means.api.presence([user]);
      this.#known.set(user, found);
    } catch (failure) {
      this.#known.delete(user);
      throw failure;
    } finally {
      this.#means.onchange();
    }
  }

  /** Notes that something has come from a person, who is online, unless they hide it. @param {number} user */
  heard(user) {
    const known = this.#known.get(user);
    if (known && known.online !== null) this.#known.set(user, { ...known, online: true });
  }
}
