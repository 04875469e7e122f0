// Creates, joins and leaves rooms.

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "createRoom" | "join" | "leave">} api
 * @property {Pick<import("./directory.js").Directory, "find">} directory
 * @property {(room: number) => Promise<void>} appears waits until a new room is listed
 * @property {(room: number) => void} onleft
 */

export class Membership {
  #means;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /**
   * @param {string} name
   * @param {string[]} usernames
   * @returns {Promise<number>} the room
   */
  async createGroup(name, usernames) {
    const users = await Promise.all(usernames.map((username) => this.#means.directory.find(username)));
    const members = users.map((user) => user.id);
    const { id } = await this.#means.api.createRoom({ type: "group", name, members, access: "invite" });
    await this.#means.appears(id);
    return id;
  }

  /** @param {number} room */
  async join(room) {
    await this.#means.api.join(room);
    await this.#means.appears(room);
  }

  /** @param {number} room */
  async leave(room) {
    await this.#means.api.leave(room);
    this.#means.onleft(room);
  }
}
