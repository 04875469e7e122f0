// Catches up with all rooms after any time away: by one call of `/sync/` if there is little news, and by a few if not.
//
// An answer depends on nothing but the numbers of its request. So an answer that is lost, or that events of the socket
// overtake, does no harm: messages count by their sequence numbers, states of messages by their versions.

import { BEGINNING, pointOf } from "./cursors.js";

/** The most rooms that a call may name. Nobody is in more. */
const MOST_ROOMS = 500;
/** Messages or changes. If a room lacks more, its messages are listed anew, from the newest on. */
const FAR = 500;
/** The mark of a user who has read nothing. */
const NOTHING_READ = 0;

/**
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./cursors.js").Cursor} Cursor
 * @typedef {import("./cursors.js").Point} Point
 * @typedef {import("./message-calls.js").KnownRoom} KnownRoom
 * @typedef {import("./message-calls.js").SyncedRoom} SyncedRoom
 * @typedef {{cursor: Cursor, lastRead: number | null, known: KnownRoom}} Asked `cursor`: the object of that time, which
 *   is another one after the user has left the room
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "sync">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {import("./cursors.js").Cursors} cursors
 * @property {Pick<import("./changes.js").Changes, "known" | "begin" | "advance" | "note" | "fetch">} changes
 * @property {Pick<import("./history.js").History, "of" | "follow" | "forget" | "reload" | "refresh">} history
 * @property {Pick<import("./revisions.js").Revisions, "apply" | "latest">} revisions
 * @property {Pick<import("./feed.js").Feed, "placeOf" | "follow" | "listed">} feed
 * @property {(room: number) => boolean} isOpen whether the messages of a room are in use
 * @property {(room: number) => void} onleft the user is not in a room any more
 * @property {() => void} onchange
 * @property {AbortSignal} signal ends the catching up
 */

export class CatchUp {
  #me;
  #means;
  /** Rooms whose summaries are asked for, news or not. @type {Set<number>} */
  #renewed = new Set();
  /** Rooms of which too much is missing, and which the next call asks for as new ones. @type {Set<number>} */
  #far = new Set();
  /** Open rooms whose messages are listed anew. @type {Set<number>} */
  #anew = new Set();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /** Asks for the summary of a room in the next call, although it may have no news. @param {number} room */
  renew(room) {
    this.#renewed.add(room);
  }

  /** Takes the news of all rooms, in as many calls as these need: each serves at least one room with news. */
  async run() {
    const { api, rooms, history, onchange, signal } = this.#means;
    for (let more = true; more && !signal.aborted; ) {
      const asked = this.#ask();
      rooms.asks();
      const known = Object.fromEntries([...asked].map(([id, { known }]) => [id, known]));
      // Marks of others are shown beside messages.
      const marks = [...asked.keys()].some((id) => history.of(id)?.loaded);
      const answer = await api.sync({ rooms: known, marks });
      if (signal.aborted) return;
      more = answer.more;
      for (const id of answer.gone) if (this.#isAsStated(id, asked.get(id))) this.#means.onleft(id);
      for (const [name, news] of Object.entries(answer.rooms)) {
        const id = Number(name);
        more = this.#take(id, news, asked.get(id)) || more;
      }
      onchange();
    }
  }

  /** Fetches the messages and changes that were on their way, and lists the messages that are listed anew. */
  async complete() {
    const { rooms, history, changes } = this.#means;
    const anew = [...this.#anew];
    this.#anew.clear();
    const others = rooms.list().filter(({ id }) => history.of(id) && !anew.includes(id));
    await Promise.all([
      ...anew.map((id) => history.reload(id)),
      ...others.map(async (room) => {
        await history.refresh(room);
        await changes.fetch(room.id);
      }),
    ]);
  }

  /** Returns the rooms that the next call names. */
  #ask() {
    const { rooms, cursors, changes } = this.#means;
    /** @type {Map<number, Asked>} */
    const asked = new Map();
    for (const room of rooms.list()) {
      const cursor = cursors.get(room.id);
      if (!cursor || asked.size === MOST_ROOMS) continue;
      const change = this.#renewed.has(room.id) ? undefined : changes.known(room.id);
      const { membership, lastRead } = cursor;
      const { settings_version } = room;
      const last_read = lastRead ?? NOTHING_READ;
      const known = { after: this.#after(room, cursor), change, membership, last_read, settings_version };
      asked.set(room.id, { cursor, lastRead, known: this.#far.has(room.id) ? {} : known });
    }
    return asked;
  }

  /**
   * Returns the last message of a room before which nothing here lacks one: neither its summary nor its messages. The
   * server must not take the last one of a cleared room for one that it does not know yet.
   * @param {Room} room
   * @param {Cursor} cursor
   */
  #after({ id, last_message }, { last }) {
    if (!last_message) return BEGINNING.id;
    const { history, feed } = this.#means;
    const timeline = history.of(id);
    return Math.min(last.id, timeline?.loaded ? timeline.settledId : Infinity, feed.placeOf(id)?.id ?? Infinity);
  }

  /** Whether the user is in a room as they were when it was asked for. @param {number} id @param {Asked} [asked] */
  #isAsStated(id, asked) {
    return asked !== undefined && this.#means.cursors.get(id) === asked.cursor;
  }

  /**
   * Takes the news of a room.
   * @param {number} id
   * @param {SyncedRoom} news
   * @param {Asked} [asked]
   * @returns {boolean} whether the server has more
   */
  #take(id, news, asked) {
    const { rooms, cursors, changes, history, feed } = this.#means;
    const { room, membership } = news;
    const [before, cursor] = [rooms.get(id), cursors.get(id)];
    if (!rooms.take(this.#current(room), !cursor || cursor.membership === membership)) return false;
    // They have left it and come back meanwhile: the next call does not name it, and gets it as a new one.
    if (asked && !this.#isAsStated(id, asked)) return true;
    // A wish that came after the request is for the next one.
    if (asked?.known.change === undefined) this.#renewed.delete(id);
    if (asked?.known.membership === undefined) this.#far.delete(id);
    const isCleared = before !== undefined && (room.cleared_at ?? "") > (before.cleared_at ?? "");
    const goesOn = asked?.known.membership === membership && !isCleared;
    const { after, change } = asked?.known ?? {};
    if (goesOn && after !== undefined && change !== undefined && !news.reset) {
      this.#follow(id, news, after, change);
    } else if ((goesOn && change === undefined) || (!cursor && changes.known(id) !== undefined)) {
      // Only the summary was asked for, or the room was opened here before it was listed.
      changes.note(id, room.changes);
    } else {
      changes.begin(id, news.change, room.changes);
      // Messages of a new room are being loaded, if at all, since it was opened.
      if (cursor || history.of(id)?.loaded) this.#drop(id);
    }
    this.#mark(id, news, asked);
    if (news.more) this.#limit(id, news);
    else feed.listed(room);
    return news.more;
  }

  /**
   * Takes the messages and changes after those that are known.
   * @param {number} id
   * @param {SyncedRoom} news
   * @param {number} after
   * @param {number} known
   */
  #follow(id, { room, messages, changed, change }, after, known) {
    const { changes, history, revisions, feed } = this.#means;
    history.follow(id, after, messages);
    for (const message of changed) revisions.apply(message);
    feed.follow(id, after, messages);
    changes.advance(id, known, change, room.changes);
  }

  /** Drops the messages of a room. They are listed when it is opened. @param {number} id */
  #drop(id) {
    const { history, isOpen } = this.#means;
    if (!history.of(id)) return;
    if (isOpen(id)) this.#anew.add(id);
    else history.forget(id);
  }

  /**
   * Takes the cursor and the marks of a room.
   * @param {number} id
   * @param {SyncedRoom} news
   * @param {Asked} [asked]
   */
  #mark(id, { room, membership, marks }, asked) {
    const { rooms, cursors } = this.#means;
    const cursor = asked?.cursor;
    const read = marks[this.#me]?.last_read ?? null;
    const hasReadMore = asked !== undefined && asked.cursor.lastRead !== asked.lastRead;
    const lastRead = hasReadMore ? Math.max(asked.cursor.lastRead ?? 0, read ?? 0) : read;
    const summed = pointOf(room.last_message);
    const last = cursor?.membership === membership ? later(cursor.last, summed) : summed;
    cursors.set(id, { membership, last, lastRead });
    for (const [user, { last_delivered, last_read }] of Object.entries(marks)) {
      if (last_delivered !== null) rooms.mark(id, Number(user), last_delivered, { mark: "delivered" });
      if (last_read !== null) rooms.mark(id, Number(user), last_read);
    }
    if (lastRead === read || lastRead === null) return;
    // The summary counts messages as unread that the user has read meanwhile.
    rooms.mark(id, this.#me, lastRead);
    this.renew(id);
  }

  /**
   * Gives up the rest of a room if it is too much, if many messages in a row are hidden from the user, or if its messages
   * are not here: the next call gets it as a new one.
   * @param {number} id
   * @param {SyncedRoom} news
   */
  #limit(id, { room, change, after }) {
    const { history, feed } = this.#means;
    const timeline = history.of(id);
    const missing = (room.last_message?.sequence ?? 0) - (timeline?.settled?.sequence ?? 0);
    const isNear = timeline?.loaded && missing <= FAR && room.changes - change <= FAR;
    if (!after && (isNear || feed.placeOf(id))) return;
    this.#drop(id);
    this.#far.add(id);
  }

  /**
   * Returns a listed room with its last message as it is now: changes may have overtaken the list.
   * @param {Room} room
   * @returns {Room}
   */
  #current(room) {
    const { rooms, revisions } = this.#means;
    const last = room.last_message && revisions.latest(room.last_message);
    const known = rooms.get(room.id);
    const isCleared = known !== undefined && known.cleared_at !== room.cleared_at;
    return { ...room, last_message: last?.hidden ? (isCleared ? null : known?.last_message ?? null) : last };
  }
}

/** @param {Point} one @param {Point} other */
function later(one, other) {
  return other.sequence > one.sequence ? other : one;
}
