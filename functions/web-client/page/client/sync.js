// Fetches the rooms and the messages that are missing, and again after a failure that may pass.

import { Failure } from "./call.js";
import { backoff, pause } from "./backoff.js";

/**
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "rooms">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./history.js").History, "of" | "refresh" | "reload">} history
 * @property {Pick<import("./changes.js").Changes, "listed" | "fetch">} changes
 * @property {Pick<import("./directory.js").Directory, "learnNames">} directory
 * @property {(room: import("./rooms.js").Room) => void} [onlisted] a room is in the list
 * @property {(message: import("./timeline.js").Message) => import("./timeline.js").Message} latest the state of a message
 *   after the changes that are known
 * @property {() => Pick<import("./socket.js").Socket, "check" | "isOpen">} socket
 * @property {() => void} onchange
 * @property {() => void} onended the session is over
 * @property {AbortSignal} signal ends the fetching
 */

export class Sync {
  /** Whether the list of rooms has been received. */
  ready = false;
  #means;
  /** @type {Promise<void> | null} */
  #refreshing = null;
  #refreshAgain = false;
  /** Loads that have not succeeded. @type {Set<() => Promise<void>>} */
  #due = new Set();
  /** Failures since everything was fetched. */
  #failures = 0;
  /** The next refresh after a failure. @type {ReturnType<typeof setTimeout> | undefined} */
  #again;
  /** When it is due. In milliseconds. */
  #dueAt = 0;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
    means.signal.addEventListener("abort", () => clearTimeout(this.#again));
  }

  /**
   * Fetches the rooms, and the messages that their timelines lack. Calls while a refresh runs share the next one.
   * @returns {Promise<void>}
   */
  refresh() {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshAll();
    return this.#refreshing;
  }

  /**
   * Refreshes, up to four times, until a room is listed that the user has just joined: a list may be slightly older.
   * @param {number} room
   */
  async appears(room) {
    for (let attempt = 0; !this.#means.rooms.get(room) && attempt < 4; attempt += 1) {
      if (attempt > 0) await pause(attempt, this.#means.signal);
      await this.refresh();
    }
  }

  /**
   * Runs a task without showing its failure to the user. After a failure that may pass, a refresh fetches
   * everything that is missing.
   * @param {() => Promise<void>} task
   */
  async attempt(task) {
    try {
      await task();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.failed(failure);
    }
  }

  /**
   * Ends the session, or plans a refresh, after a failure. Only a complete refresh ends a series of failures: other
   * calls may succeed all the time. Failures that come together plan one refresh.
   * @param {Failure} failure
   */
  failed(failure) {
    const { socket, onended, signal } = this.#means;
    if (failure.endsSession) return onended();
    if (!failure.passes || !socket().isOpen || signal.aborted) return;
    socket().check();
    const wait = Math.max(backoff(this.#failures), failure.retryAfter);
    const isPlanned = this.#again !== undefined;
    if (isPlanned && Date.now() + wait <= this.#dueAt) return;
    if (!isPlanned) this.#failures += 1;
    clearTimeout(this.#again);
    this.#dueAt = Date.now() + wait;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      void this.refresh();
    }, wait);
  }

  /**
   * Loads something now and, after a failure that may pass, with each refresh until it succeeds.
   * @param {() => Promise<void>} task
   */
  async load(task) {
    await this.attempt(() => this.#load(task));
  }

  /** Runs a task, which no refresh repeats before it has failed. @param {() => Promise<void>} task */
  async #load(task) {
    this.#due.delete(task);
    try {
      await task();
    } catch (failure) {
      if (failure instanceof Failure && failure.passes) this.#due.add(task);
      throw failure;
    }
  }

  async #refreshAll() {
    const { api, rooms, history, directory, onlisted, onchange, signal } = this.#means;
    while (this.#refreshAgain && !signal.aborted) {
      this.#refreshAgain = false;
      await this.attempt(async () => {
        rooms.asks();
        const listed = await api.rooms();
        const before = new Map(listed.map(({ id }) => [id, rooms.get(id)?.cleared_at]));
        rooms.replace(listed.map((room) => this.#current(room)));
        this.ready = true;
        for (const room of listed) onlisted?.(room);
        onchange();
        const rest = [...this.#due].map((task) => this.#load(task));
        const cleared = listed.filter(({ id, cleared_at }) => ![undefined, cleared_at].includes(before.get(id)));
        await Promise.all([
          ...cleared.map(({ id }) => history.reload(id)), ...listed.map((room) => this.#catchUp(room)), ...rest,
        ]);
        this.#failures = 0;
      });
    }
    this.#refreshing = null;
    void this.attempt(() => directory.learnNames());
  }

  /**
   * Returns a listed room with its last message as it is now: changes may have overtaken the list.
   * @param {import("./rooms.js").Room} room
   * @returns {import("./rooms.js").Room}
   */
  #current(room) {
    const { rooms, latest } = this.#means;
    const last = room.last_message && latest(room.last_message);
    const known = rooms.get(room.id);
    const isCleared = known !== undefined && known.cleared_at !== room.cleared_at;
    return { ...room, last_message: last?.hidden ? (isCleared ? null : known?.last_message ?? null) : last };
  }

  /** Fetches the messages and the changes that a room has missed. @param {import("./rooms.js").Room} room */
  async #catchUp(room) {
    const { rooms, history, changes } = this.#means;
    // The user has left it meanwhile.
    if (!rooms.get(room.id)) return;
    changes.listed(room.id, room.changes, history.of(room.id)?.loaded === true);
    await history.refresh(room);
    await changes.fetch(room.id);
  }
}
