// The parts of a client that know rooms and messages, as `chat.js` puts them together, with calls to a `World`.

import { CatchUp } from "../page/client/catch-up.js";
import { Changes } from "../page/client/changes.js";
import { Chats } from "../page/client/chats.js";
import { Feed } from "../page/client/feed.js";
import { History } from "../page/client/history.js";
import { Incoming } from "../page/client/incoming.js";
import { Persistence } from "../page/client/persistence.js";
import { isOlder } from "../page/client/chat-database.js";
import { Cursors } from "../page/client/cursors.js";
import { Reading } from "../page/client/reading.js";
import { Revisions } from "../page/client/revisions.js";
import { Rooms } from "../page/client/rooms.js";
import { Sync } from "../page/client/sync.js";

const ME = 1;

/** @typedef {import("../page/client/timeline.js").Message} Message */
/** @typedef {import("../page/client/chat-database.js").Entry} Entry */

/** A database, with what it has in memory. Its rules are those of `chat-database.js`. */
export class Database {
  /** @type {string | null} */
  owner = null;
  /** @type {Map<number, any>} */
  rooms = new Map();
  /** @type {Map<number, any>} */
  messages = new Map();
  /** Whether the browser denies it. */
  isFull = false;
  writes = 0;

  /** @param {string} session */
  async take(session) {
    await this.clear((owner) => owner !== session);
    this.owner = session;
    return structuredClone({ rooms: [...this.rooms.values()], messages: [...this.messages.values()] });
  }

  /** @param {string} session @param {import("../page/client/chat-database.js").Difference} difference */
  async write(session, { rooms, messages, gone, unread }) {
    if (this.isFull) throw new DOMException("", "QuotaExceededError");
    if (this.owner !== session) return;
    this.writes += 1;
    for (const id of gone) this.rooms.delete(id);
    for (const id of [...gone, ...unread]) this.messages.delete(id);
    const put = (/** @type {Map<number, any>} */ store, /** @type {Entry} */ entry) => {
      const stored = store.get(entry.id);
      if (!stored || !isOlder(entry.version, stored.version)) store.set(entry.id, structuredClone(entry));
    };
    for (const entry of rooms) put(this.rooms, entry);
    for (const entry of messages) put(this.messages, entry);
  }

  /** @param {(owner: string | undefined) => boolean} isOver */
  async clear(isOver) {
    if (!isOver(this.owner ?? undefined)) return;
    this.owner = null;
    this.rooms.clear();
    this.messages.clear();
  }
}

/**
 * A client of user 1.
 * @param {import("./world.js").World} world
 * @param {{database?: Database, follows?: boolean, deliver?: <T>(answer: () => T) => Promise<T>}} [options] `deliver` makes a
 *   call: its answer may come late
 */
export function person(world, { database = new Database(), follows = false, deliver = async (answer) => answer() } = {}) {
  const controller = new AbortController();
  const { signal } = controller;
  const nothing = () => undefined;
  /** @type {Message[]} */
  const heard = [];
  let active = 0;
  const socket = { isOpen: true, check: nothing };
  /** @type {any} */
  const api = {
    sync: (/** @type {any} */ known) => deliver(() => structuredClone(world.sync(JSON.parse(JSON.stringify(known))))),
    messages: (/** @type {number} */ id, /** @type {object} */ range) =>
      deliver(() => structuredClone(world.messages(id, range))),
    changes: (/** @type {number} */ id, /** @type {number} */ after) =>
      deliver(() => structuredClone(world.changesAfter(id, after))),
    markRead: (/** @type {number} */ id, /** @type {number} */ message) =>
      deliver(() => { world.of(id).lastRead = Math.max(world.of(id).lastRead, message); }),
  };
  const rooms = new Rooms(ME);
  const cursors = new Cursors();
  const changes = new Changes({
    api, apply: (message) => revisions.apply(message), reset: (room) => history.reload(room), signal,
  });
  const history = new History(api, (fetched) => incoming.fetched(fetched), changes);
  const persistence = new Persistence("token", { database, rooms, cursors, changes, history, signal });
  const restored = persistence.restore();
  const feed = new Feed({
    api, follows, until: (isThere) => sync.until(isThere), onended: nothing, signal,
    onmessage: (message) => void heard.push(message),
  });
  const onleft = (/** @type {number} */ room) => incoming.left(room, ME);
  const catchUp = new CatchUp(ME, {
    api, rooms, cursors, changes, history, feed, onleft, onchange: nothing, signal,
    revisions: { apply: (message) => revisions.apply(message), latest: (message) => revisions.latest(message) },
    isOpen: (room) => follows || room === active,
  });
  const sync = new Sync({
    catchUp, restored, directory: { learnNames: async () => undefined }, socket: () => socket, onchange: nothing,
    onended: nothing, signal, isListed: (room) => rooms.get(room) !== undefined, oncurrent: () => void persistence.flush(),
  });
  const revisions = new Revisions(ME, {
    api, rooms, history, changes, sync, onchange: nothing, onsent: nothing, onrevised: nothing,
    ongone: (message) => persistence.gone(message),
  });
  const chats = new Chats({ api, rooms, history, sync, onchange: nothing, signal });
  const reading = new Reading(ME, { api, rooms, cursors, history, sync, chats, onchange: nothing });
  /** @type {any} */
  const means = {
    people: { heard: nothing }, rooms, cursors, history, changes, revisions, sync, feed, reading, chats,
    directory: {
      knows: () => true, hasMembers: () => false, removeMember: nothing, learn: async () => undefined,
      name: String, title: String, loadMembers: async () => undefined,
    },
    typing: { set: nothing }, notices: { add: nothing, forget: nothing, changed: nothing },
    outgoing: { arrived: nothing }, receipts: { received: nothing },
    invitations: { load: async () => undefined }, onchange: () => persistence.changed(), onmessage: nothing, onnotice: nothing,
  };
  const incoming = new Incoming(ME, means);
  return {
    rooms, history, cursors, changes, sync, reading, persistence, database, heard, restored, revisions, catchUp, socket,
    hear: (/** @type {any} */ event) => incoming.hear(structuredClone(event)),
    open: (/** @type {number} */ room) => {
      active = room;
      return sync.attempt(() => history.open(room));
    },
    close: () => {
      controller.abort();
      history.end();
    },
  };
}
