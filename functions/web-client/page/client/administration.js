// Changes a room and its members, for users whose role allows it.

import { nameOf, problem, typeOf } from "./attachments.js";
import { Failure } from "./call.js";

/** The most attempts to take a picture that is still being checked. */
const CHECKS = 40;
/** Milliseconds between two of them, if the server names no time. */
const CHECK_AGAIN_AFTER = 1_000;

/**
 * The results of adding a person, as the end of a sentence that begins with their name.
 * @type {Record<string, string>}
 */
export const ADDED = {
  added: "is a member now.",
  invited: "has an invitation now, and becomes a member by accepting it.",
  not_accepted: "cannot be added to this group.",
  room_full: "was not added, because the group is full.",
  too_many_rooms: "was not added, because nobody can be in more than 500 rooms.",
  user_not_found: "was not added, because nobody has this name.",
};

/**
 * @typedef {import("./rooms.js").BareRoom} BareRoom
 * @typedef {import("./api.js").Settings} Settings
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "addMembers" | "removeMember" | "setRole" | "setRoom" | "deleteRoom"
 *   | "resetInvite" | "announce">} api
 * @property {Pick<import("./directory.js").Directory, "find">} directory
 * @property {typeof import("./upload.js").upload} upload
 * @property {(room: BareRoom) => void} onchanged a call has returned a room
 * @property {(room: number) => void} onleft
 * @property {(milliseconds: number) => Promise<unknown>} wait
 * @property {AbortSignal} signal ends uploads
 */

export class Administration {
  #means;
  /** Invite codes that were created here, because the server shows each only once. @type {Map<number, string>} */
  #codes = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /**
   * Adds people, and returns a sentence about each.
   * @param {number} room
   * @param {string[]} usernames
   * @param {number} history the number of earlier messages that they can see
   * @returns {Promise<string[]>}
   */
  async add(room, usernames, history) {
    const { api } = this.#means;
    const people = await Promise.all(usernames.map((username) => this.#find(username)));
    const ids = [...new Set(people.flatMap((person) => person.id ?? []))];
    const results = ids.length > 0 ? await api.addMembers(room, ids, history) : [];
    const statuses = new Map(results.map(({ user, status }) => [user, status]));
    return people.map(({ username, id }) => {
      const status = id === undefined ? "user_not_found" : statuses.get(id);
      return `${username} ${ADDED[status ?? ""] ?? "was not added."}`;
    });
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {boolean} [ban] true also bans the user, and false only lifts a ban
   */
  async remove(room, user, ban) {
    await this.#means.api.removeMember(room, user, ban);
  }

  /**
   * Bans a person who need not be a member, or lifts the ban.
   * @param {number} room
   * @param {string} username
   * @param {boolean} banned
   */
  async ban(room, username, banned) {
    const { id } = await this.#means.directory.find(username);
    await this.remove(room, id, banned);
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {import("./rooms.js").Role} role
   */
  async setRole(room, user, role) {
    const { api, onchanged } = this.#means;
    onchanged(await api.setRole(room, user, role));
  }

  /**
   * Changes the given settings.
   * @param {number} room
   * @param {Settings} settings
   * @param {File} [picture] the new picture
   */
  async set(room, settings, picture) {
    const { api, onchanged } = this.#means;
    const id = picture && await this.#upload(picture);
    const changes = id === undefined ? settings : { ...settings, picture: id };
    onchanged(await this.#checked(() => api.setRoom(room, changes)));
  }

  /** @param {number} room */
  async delete(room) {
    const { api, onleft } = this.#means;
    await api.deleteRoom(room);
    onleft(room);
  }

  /** Returns the code that was last created here. @param {number} room */
  code(room) {
    return this.#codes.get(room);
  }

  /**
   * Creates a new invite code, or leaves the room without one. The earlier one ends in both cases.
   * @param {number} room
   * @param {boolean} enabled
   */
  async resetInvite(room, enabled) {
    const code = await this.#means.api.resetInvite(room, enabled);
    if (code === null) this.#codes.delete(room);
    else this.#codes.set(room, code);
  }

  /**
   * @param {string} username
   * @returns {Promise<{username: string, id?: number}>}
   */
  async #find(username) {
    try {
      return await this.#means.directory.find(username);
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "user_not_found") throw failure;
      return { username };
    }
  }

  /**
   * @param {File} picture
   * @returns {Promise<string>} the id of the attachment
   */
  async #upload(picture) {
    const { api, upload, signal } = this.#means;
    const { name, size } = picture;
    const why = problem(picture);
    if (why) throw new Failure(400, "invalid_request", why);
    const content_type = typeOf(picture);
    const announced = await api.announce({ kind: "picture", content_type, size, name: nameOf(name) });
    await upload(announced, picture, () => undefined, signal);
    return announced.id;
  }

  /**
   * Repeats a call while the server still checks the picture.
   * @template T
   * @param {() => Promise<T>} task
   * @returns {Promise<T>}
   */
  async #checked(task) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await task();
      } catch (failure) {
        const waits = failure instanceof Failure && failure.status === 503 && attempt < CHECKS;
        if (!waits || this.#means.signal.aborted) throw failure;
        await this.#means.wait(failure.retryAfter || CHECK_AGAIN_AFTER);
      }
    }
  }
}
