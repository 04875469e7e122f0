// The new messages of all rooms: each once, in the order of its room. A push may be lost, come twice, or come before
// those that it follows; a list may have a message before its push. The sequence numbers of a room decide.

import { backoff, pause, sleep } from "./backoff.js";
import { Failure } from "./call.js";
import { pointOf } from "./cursors.js";

/** Messages a page, the most that the server returns. */
const PAGE = 100;
/** Pages in which the first unread message is looked for. */
const REACH = 20;
/** Attempts after which a wait stops growing. */
const SLOWS_DOWN = 3;
/** Waits after which a message counts as hidden. The server holds messages after a hole back for 15 s. */
const GIVES_UP = 12;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./cursors.js").Point} Point
 * @typedef {{place: Point | null, heard: number, running: boolean, unread: number, last: Point | null}} State
 * `place`: the last message that was delivered; `heard`: the highest known number; `unread` and `last`: of the list by
 * which the room begins
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "messages">} api
 * @property {(message: Message) => void} onmessage
 * @property {(isThere: () => boolean) => Promise<void>} until lists the rooms, a few times, until something is there
 * @property {(failure: Failure) => void} onended the session is over
 * @property {AbortSignal} signal
 * @property {boolean} follows whether missed messages are fetched, beginning with the unread ones. Otherwise only pushed
 *   messages are delivered
 */

export class Feed {
  #means;
  /** @type {Map<number, State>} */
  #rooms = new Map();
  /** Rooms that a list must still show. @type {Set<number>} */
  #expected = new Set();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /** Takes a room as the server lists it. @param {Pick<Room, "id" | "last_message" | "unread">} room */
  listed({ id, last_message: last, unread }) {
    if (!this.#means.follows) return;
    const state = this.#of(id);
    state.heard = Math.max(state.heard, last?.sequence ?? 0);
    if (!state.place && !state.running) {
      state.last = last && pointOf(last);
      state.unread = unread;
      if (unread === 0 || !last) state.place = state.last ?? { id: 1, sequence: 0 };
    }
    void this.#catchUp(id, state);
  }

  /** Takes a message that was pushed, or returned by a call that sent it. @param {Message} message */
  hear(message) {
    const { conversation, sequence } = message;
    const state = this.#of(conversation);
    state.heard = Math.max(state.heard, sequence);
    if (!this.#means.follows) return this.#deliver(state, message);
    if (!state.place) return void this.expect(conversation);
    if (sequence === state.place.sequence + 1 && !state.running) this.#deliver(state, message);
    else void this.#catchUp(conversation, state);
  }

  /** The last message of a room that was delivered, if all are. @param {number} room */
  placeOf(room) {
    return this.#means.follows ? this.#rooms.get(room)?.place : null;
  }

  /**
   * Takes the messages of a room that follow a message without a gap.
   * @param {number} room
   * @param {number} after
   * @param {Message[]} messages
   */
  follow(room, after, messages) {
    const state = this.#rooms.get(room);
    // A running catch-up fetches them, in their order.
    if (!this.#means.follows || !state?.place || state.running || state.place.id < after) return;
    for (const message of messages) {
      state.heard = Math.max(state.heard, message.sequence);
      this.#deliver(state, message);
    }
  }

  /** Lists the rooms until a new one is there. @param {number} room */
  async expect(room) {
    const { follows, until } = this.#means;
    if (!follows || this.#expected.has(room)) return;
    this.#expected.add(room);
    await until(() => this.#isListed(room));
    this.#expected.delete(room);
  }

  /** Forgets a room that the user has left. @param {number} room */
  forget(room) {
    this.#rooms.delete(room);
  }

  /** @param {number} room */
  #isListed(room) {
    const state = this.#rooms.get(room);
    return state !== undefined && (state.place !== null || state.running);
  }

  /** @param {number} room */
  #of(room) {
    const state = this.#rooms.get(room) ?? { place: null, heard: 0, running: false, unread: 0, last: null };
    this.#rooms.set(room, state);
    return state;
  }

  /**
   * @param {State} state
   * @param {Message} message
   */
  #deliver(state, message) {
    if (message.sequence <= (state.place?.sequence ?? 0)) return;
    state.place = pointOf(message);
    this.#means.onmessage(message);
  }

  /**
   * Fetches the messages of a room up to the newest that is known, and tries again after failures that may pass.
   * @param {number} room
   * @param {State} state
   */
  async #catchUp(room, state) {
    const { signal, onended } = this.#means;
    if (state.running) return;
    state.running = true;
    const isBehind = () => this.#rooms.get(room) === state && !signal.aborted
      && state.heard > (state.place?.sequence ?? -1);
    for (let failures = 0, waits = 0; isBehind(); ) {
      try {
        const before = state.place?.sequence;
        const more = await this.#fetch(room, state);
        failures = 0;
        waits = before === state.place?.sequence ? waits + 1 : 0;
        if (more || !isBehind()) continue;
        // The user may have deleted it for themselves.
        if (waits === GIVES_UP) state.heard = state.place?.sequence ?? 0;
        else await pause(Math.min(waits, SLOWS_DOWN), signal);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (failure.endsSession) onended(failure);
        // The user is not a member any more.
        if (!failure.passes) this.#rooms.delete(room);
        else await sleep(Math.max(backoff(failures), failure.retryAfter), signal);
        failures += 1;
      }
    }
    state.running = false;
  }

  /**
   * @param {number} room
   * @param {State} state
   * @returns {Promise<boolean>} whether there are more
   */
  async #fetch(room, state) {
    const place = state.place ??= await this.#firstUnread(room, state);
    const { messages, more } = await this.#means.api.messages(room, { after: place.id, limit: PAGE });
    if (this.#rooms.get(room) !== state || this.#means.signal.aborted) return false;
    for (const message of messages) this.#deliver(state, message);
    return more;
  }

  /**
   * Returns the place before the first unread message.
   * @param {number} room
   * @param {State} state
   * @returns {Promise<Point>}
   */
  async #firstUnread(room, { last, unread }) {
    const place = { id: last?.id ?? 1, sequence: (last?.sequence ?? 0) - unread };
    for (let page = 0, before = place.id + 1; page < REACH; page += 1) {
      const { messages, more } = await this.#means.api.messages(room, { before, limit: PAGE });
      const first = messages.find(({ sequence }) => sequence > place.sequence);
      if (first) before = place.id = first.id - 1;
      if (!more || !first || messages[0].sequence <= place.sequence) break;
      before = messages[0].id;
    }
    return place;
  }
}
