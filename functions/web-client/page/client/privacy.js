// The people whom the user has blocked, and the settings of privacy.

import { Failure } from "./call.js";

/**
 * @typedef {import("./api.js").Blocked} Blocked
 * @typedef {import("./api.js").User} User
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "blocks" | "setBlock" | "setPrivacy">} api
 * @property {() => void} onchange
 */

export class Privacy {
  #me;
  #means;
  /** @type {Map<number, Blocked>} */
  #blocked = new Map();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /** @param {number | undefined} user */
  blocks(user) {
    return user !== undefined && this.#blocked.has(user);
  }

  /** The blocked people, in the order in which they were blocked. */
  get blocked() {
    return [...this.#blocked.values()];
  }

  async load() {
    this.#blocked = new Map((await this.#means.api.blocks()).map((blocked) => [blocked.user, blocked]));
    this.#means.onchange();
  }

  /** @param {User} user */
  async block({ id, username }) {
    if (id === this.#me) throw new Failure(400, "invalid_request", "That is you.");
    await this.#means.api.setBlock(id, true);
    this.#blocked.set(id, { user: id, username, blocked_at: new Date().toISOString() });
    this.#means.onchange();
  }

  /** @param {number} user */
  async unblock(user) {
    await this.#means.api.setBlock(user, false);
    this.#blocked.delete(user);
    this.#means.onchange();
  }

  /**
   * Returns the settings, after changing those that are given.
   * @param {Partial<import("./api.js").PrivacySettings>} [changes]
   */
  async set(changes) {
    return this.#means.api.setPrivacy(changes);
  }
}
