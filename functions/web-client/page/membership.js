// Creates, joins and leaves rooms.

import { Failure } from "./call.js";

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "createRoom" | "join" | "leave">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./directory.js").Directory, "find" | "name" | "other">} directory
 * @property {(room: number) => Promise<void>} appears waits until a new room is listed
 * @property {(room: number) => void} onleft
 */

export class Membership {
  #me;
  #means;

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /**
   * Returns the existing chat with a user, or creates one.
   * @param {string} username
   * @returns {Promise<number>} the room
   */
  async startChat(username) {
    const { rooms, directory } = this.#means;
    const user = await directory.find(username);
    if (user.id === this.#me) throw new Failure(400, "invalid_request", "That is you.");
    const known = rooms.list().find((room) => directory.other(room) === user.id);
    if (known) return known.id;
    const name = `${directory.name(this.#me)}, ${user.username}`;
    return this.#create({ type: "chat", name, members: [user.id] });
  }

  /**
   * @param {string} name
   * @param {string[]} usernames
   * @returns {Promise<number>} the room
   */
  async createGroup(name, usernames) {
    const users = await Promise.all(usernames.map((username) => this.#means.directory.find(username)));
    return this.#create({ type: "group", name, members: users.map(({ id }) => id) });
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

  /** @param {{type: "chat" | "group", name: string, members: number[]}} draft */
  async #create(draft) {
    const { id } = await this.#means.api.createRoom(draft);
    await this.#means.appears(id);
    return id;
  }
}
