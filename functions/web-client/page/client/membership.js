// Creates, joins and leaves rooms.

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "createRoom" | "join" | "leave" | "preview" | "accept">} api
 * @property {Pick<import("./rooms.js").Rooms, "get">} rooms
 * @property {Pick<import("./directory.js").Directory, "find">} directory
 * @property {Pick<import("./notices.js").Notices, "add">} notices
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
   * Creates a group. People who cannot be added immediately get an invitation.
   * @param {string} name
   * @param {string[]} usernames
   * @returns {Promise<number>} the room
   */
  async createGroup(name, usernames) {
    const users = await Promise.all(usernames.map((username) => this.#means.directory.find(username)));
    const members = users.map((user) => user.id);
    const room = await this.#means.api.createRoom({ type: "group", name, members, access: "invite" });
    await this.#means.appears(room.id);
    // A large room does not name its members.
    if (room.members.length === room.members_count) {
      const invited = members.filter((user) => !room.members.includes(user));
      for (const user of invited) this.#means.notices.add(this.#means.rooms.get(room.id), { what: "invited", user });
    }
    return room.id;
  }

  /** @param {number} room */
  async join(room) {
    await this.#means.api.join(room);
    await this.#means.appears(room);
  }

  /** Returns what an invite code lets a stranger see of its room. @param {string} code */
  async preview(code) {
    return this.#means.api.preview(code);
  }

  /**
   * Joins by an invite code.
   * @param {string} code
   * @returns {Promise<number>} the room
   */
  async accept(code) {
    const room = await this.#means.api.accept(code);
    await this.#means.appears(room);
    return room;
  }

  /** @param {number} room */
  async leave(room) {
    await this.#means.api.leave(room);
    this.#means.onleft(room);
  }
}
