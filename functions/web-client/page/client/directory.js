// Names of users, members of rooms, and titles of rooms. Names never change, so each is fetched once and stored.

import { Failure } from "./call.js";
import { parsed } from "./json.js";

/** Members a page. */
const PAGE = 100;
/** Milliseconds after which a user who was not among the members of a room is looked for again. */
const LOOK_AGAIN_AFTER = 60_000;
/** Names that are kept. */
const MOST = 10_000;

/**
 * @typedef {import("./api.js").Member} Member
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "findUser" | "members">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./storage.js").Shelf, "getItem" | "setItem" | "removeItem">} storage
 * @property {() => void} onchange
 * @property {AbortSignal} signal ends the learning of names
 */

export class Directory {
  #me;
  #key;
  #means;
  /** @type {Map<number, string>} */
  #names;
  /** The first members of rooms, and whether there are more. @type {Map<number, import("./api.js").MemberPage>} */
  #members = new Map();
  /** When a user was not found among the members of a room, by `room:user`. @type {Map<string, number>} */
  #missing = new Map();
  #learning = false;
  /** The running fetch of the members of a room, and the one after it. @type {Map<number, {now: Promise<void>, next: Promise<void> | null}>} */
  #loading = new Map();

  /**
   * @param {import("./session.js").Session} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me.id;
    this.#key = `people:${me.id}`;
    this.#means = means;
    const stored = parsed(means.storage.getItem(this.#key));
    this.#names = new Map(Array.isArray(stored) ? stored.filter(isName) : []);
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
    if (this.isNotes(room)) return "Notes";
    if (room.peer) return room.peer.username;
    const other = this.other(room);
    return other !== undefined && (room.type === "direct" || this.knows(other)) ? this.name(other) : room.name;
  }

  /** Whether a room is the direct room of the user with themselves. @param {Room} room */
  isNotes({ type, members }) {
    return type === "direct" && members.every((member) => member === this.#me);
  }

  /**
   * Returns the other user of a direct room, or of a room of two that is older than direct rooms.
   * @param {Room} room
   */
  other({ type, members }) {
    const isOfTwo = type !== "group" && members.length === 2;
    return isOfTwo ? members.find((member) => member !== this.#me) : undefined;
  }

  /** @param {number} room */
  members(room) {
    return this.#members.get(room)?.members ?? [];
  }

  /** @param {number} room */
  hasMembers(room) {
    return this.#members.has(room);
  }

  /** Whether a room has more members than `members` returns. @param {number} room */
  hasMoreMembers(room) {
    return this.#members.get(room)?.more ?? false;
  }

  /**
   * Fetches the first members of a room: one page, or as many as were fetched before. Calls while a fetch runs share
   * the next one, because many users may join at once.
   * @param {number} room
   * @returns {Promise<void>}
   */
  loadMembers(room) {
    const loading = this.#loading.get(room);
    if (!loading) return this.#load(room);
    loading.next ??= loading.now.catch(() => {}).then(() => this.#load(room));
    return loading.next;
  }

  /** @param {number} room */
  #load(room) {
    /** @type {{now: Promise<void>, next: Promise<void> | null}} */
    const loading = { now: this.#fetchMembers(room), next: null };
    this.#loading.set(room, loading);
    const end = () => void this.#loading.delete(room);
    loading.now.then(end, end);
    return loading.now;
  }

  /** @param {number} room */
  async #fetchMembers(room) {
    const limit = Math.max(PAGE, this.members(room).length);
    this.#members.set(room, this.#met(room, await this.#means.api.members(room, { limit })));
    this.#means.onchange();
  }

  /** @param {number} room */
  async loadMoreMembers(room) {
    const { members, more } = this.#members.get(room) ?? { members: [], more: true };
    if (!more) return;
    const page = this.#met(room, await this.#means.api.members(room, { after: lastOf(members), limit: PAGE }));
    // After a change in between, a member may be on both pages.
    const ids = new Set(page.members.map(({ user }) => user));
    const before = members.filter(({ user }) => !ids.has(user));
    this.#members.set(room, { members: [...before, ...page.members], more: page.more });
    this.#means.onchange();
  }

  /**
   * @param {number} room
   * @param {number} user
   */
  removeMember(room, user) {
    const known = this.#members.get(room);
    if (!known) return;
    this.#members.set(room, { ...known, members: known.members.filter((member) => member.user !== user) });
  }

  /**
   * Fetches the names of members that are unknown. Those of users who have left stay so.
   * @param {number} room
   * @param {Iterable<number>} users
   */
  async learn(room, users) {
    const { api, onchange, signal } = this.#means;
    const isUnknown = (/** @type {number} */ user) =>
      !this.knows(user) && Date.now() - (this.#missing.get(`${room}:${user}`) ?? 0) > LOOK_AGAIN_AFTER;
    for (const [key, at] of this.#missing) if (Date.now() - at > LOOK_AGAIN_AFTER) this.#missing.delete(key);
    let unknown = [...new Set(users)].filter(isUnknown).sort((one, other) => one - other);
    while (unknown.length > 0 && !signal.aborted) {
      const limit = unknown.length === 1 ? 1 : PAGE;
      const page = this.#met(room, await api.members(room, { after: unknown[0] - 1, limit }));
      const end = page.more ? lastOf(page.members) : Infinity;
      for (const user of unknown) if (user <= end) this.#missing.set(`${room}:${user}`, Date.now());
      unknown = unknown.filter((user) => user > end && isUnknown(user));
      onchange();
    }
  }

  /** Fetches the unknown names in titles and previews. */
  async learnNames() {
    if (this.#learning) return;
    this.#learning = true;
    try {
      const { rooms } = this.#means;
      this.#note(rooms.list().flatMap(({ peer }) => peer ?? []));
      for (const room of rooms.list()) {
        const shown = [this.other(room) ?? [], room.last_message?.sender ?? []].flat();
        await this.learn(room.id, shown.filter((user) => room.members.includes(user) || !rooms.isSmall(room.id)));
      }
    } finally {
      this.#learning = false;
    }
  }

  /** @param {string} username */
  async find(username) {
    try {
      const user = await this.#means.api.findUser(username);
      this.#note([user]);
      return user;
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "user_not_found") throw failure;
      throw new Failure(failure.status, failure.code, `Nobody is called ${username}.`);
    }
  }

  forget() {
    this.#means.storage.removeItem(this.#key);
  }

  /**
   * Notes the names, the marks and, in a small room, the presence of members in it.
   * @param {number} room
   * @param {import("./api.js").MemberPage} page
   */
  #met(room, page) {
    const { rooms } = this.#means;
    this.#note(page.members.map(({ user, username }) => ({ id: user, username })));
    for (const { user, last_delivered, last_read } of page.members) {
      if (rooms.isSmall(room)) rooms.join(room, user);
      if (last_delivered !== null) rooms.mark(room, user, last_delivered, { mark: "delivered" });
      if (last_read !== null) rooms.mark(room, user, last_read);
    }
    return page;
  }

  /** @param {import("./api.js").User[]} users */
  #note(users) {
    // A call that is answered after a logout stores nothing.
    if (this.#means.signal.aborted || users.every(({ id }) => this.knows(id))) return;
    for (const { id, username } of users) this.#names.set(id, username);
    for (const id of this.#names.keys()) if (this.#names.size > MOST && id !== this.#me) this.#names.delete(id);
    this.#means.storage.setItem(this.#key, JSON.stringify([...this.#names]));
  }
}

/** Returns the highest id, after which the next page begins. @param {Member[]} members */
function lastOf(members) {
  return Math.max(0, ...members.map(({ user }) => user));
}

/** @param {any} entry of the storage @returns {entry is [number, string]} */
function isName(entry) {
  return Array.isArray(entry) && typeof entry[0] === "number" && typeof entry[1] === "string";
}
