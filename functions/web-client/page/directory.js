// Names of users, members of rooms, and titles of rooms. Names never change, so each is fetched once and stored.

import { Failure } from "./call.js";

/**
 * @typedef {import("./api.js").Member} Member
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "findUser" | "members">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Storage} storage
 * @property {() => void} onchange
 * @property {AbortSignal} signal ends the learning of names
 */

export class Directory {
  #me;
  #key;
  #means;
  /** @type {Map<number, string>} */
  #names;
  /** @type {Map<number, Member[]>} */
  #members = new Map();
  #learning = false;

  /**
   * @param {import("./session.js").Session} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me.id;
    this.#key = `people:${me.id}`;
    this.#means = means;
    this.#names = new Map(JSON.parse(means.storage.getItem(this.#key) ?? "[]"));
    this.#names.set(me.id, me.username);
  }

  /** @param {number} user */
  knows(user) {
    return this.#names.has(user);
  }

  /** @param {number} user */
  name(user) {
    return this.#names.get(user) ?? `User ${user}`;
  }

  /** @param {Room} room */
  title(room) {
    const other = this.other(room);
    return other !== undefined && this.knows(other) ? this.name(other) : room.name;
  }

  /**
   * Returns the other user of a chat of two.
   * @param {Room} room
   */
  other({ type, members }) {
    return type === "chat" && members.length === 2 ? members.find((member) => member !== this.#me) : undefined;
  }

  /** @param {number} room */
  members(room) {
    return this.#members.get(room) ?? [];
  }

  /** @param {number} room */
  hasMembers(room) {
    return this.#members.has(room);
  }

  /** @param {number} room */
  async loadMembers(room) {
    const { api, rooms, onchange } = this.#means;
    const members = await api.members(room);
    this.#members.set(room, members);
    this.#learn(members.map(({ user, username }) => ({ id: user, username })));
    for (const { user, last_read } of members) {
      rooms.join(room, user);
      if (last_read !== null) rooms.mark(room, user, last_read);
    }
    onchange();
  }

  /**
   * @param {number} room
   * @param {number} user
   */
  removeMember(room, user) {
    this.#members.set(room, this.members(room).filter((member) => member.user !== user));
  }

  /** Fetches the members of each room with an unknown name in its title or preview. */
  async learnNames() {
    if (this.#learning) return;
    this.#learning = true;
    try {
      for (const room of this.#means.rooms.list()) {
        const shown = [this.other(room), room.last_message?.sender];
        const isUnknown = (/** @type {number | undefined} */ user) =>
          user !== undefined && room.members.includes(user) && !this.knows(user);
        if (shown.some(isUnknown) && !this.#means.signal.aborted) await this.loadMembers(room.id);
      }
    } finally {
      this.#learning = false;
    }
  }

  /** @param {string} username */
  async find(username) {
    try {
      const user = await this.#means.api.findUser(username);
      this.#learn([user]);
      return user;
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "user_not_found") throw failure;
      throw new Failure(failure.status, failure.code, `Nobody is called ${username}.`);
    }
  }

  forget() {
    this.#means.storage.removeItem(this.#key);
  }

  /** @param {{id: number, username: string}[]} users */
  #learn(users) {
    for (const { id, username } of users) this.#names.set(id, username);
    this.#means.storage.setItem(this.#key, JSON.stringify([...this.#names]));
  }
}
