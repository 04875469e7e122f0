// Direct rooms: one for each person, and one for the user's own notes.

import { Failure } from "./call.js";

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "leave" | "openDirect">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./directory.js").Directory, "find">} directory
 * @property {(room: number) => void} onleft
 */

export class Directs {
  #means;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /**
   * Opens the direct room with a person, or the notes of the user.
   * @param {string} username
   * @returns {Promise<number>} the room
   */
  async open(username) {
    return this.openWith(await this.#means.directory.find(username));
  }

  /**
   * @param {import("./api.js").User} user
   * @returns {Promise<number>} the room
   */
  async openWith({ id, username }) {
    const { api, rooms } = this.#means;
    try {
      const room = await api.openDirect(id);
      rooms.open(room);
      return room.id;
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "not_accepted") throw failure;
      throw new Failure(failure.status, failure.code, `${username} accepts no new chats.`);
    }
  }

  /** Hides a direct room until its next message. @param {number} room */
  async hide(room) {
    await this.#means.api.leave(room);
    this.#means.onleft(room);
  }
}
