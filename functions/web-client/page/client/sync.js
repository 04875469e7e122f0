// Says when the client catches up: when it has missed something, and again after a failure that may pass.

import { Failure } from "./call.js";
import { backoff, pause } from "./backoff.js";

/** Milliseconds. The signs of one waking come together: the page is visible, the network is back. */
const ONE_WAKING = 15_000;
/** Refreshes in which a new room is looked for. */
const REFRESHES = 5;

/**
 * @typedef {object} Means
 * @property {Pick<import("./catch-up.js").CatchUp, "run" | "complete" | "renew">} catchUp
 * @property {Promise<unknown>} restored resolves once the rooms that a storage has kept are known
 * @property {Pick<import("./directory.js").Directory, "learnNames">} directory
 * @property {(room: number) => boolean} isListed
 * @property {() => Pick<import("./socket.js").Socket, "check" | "isOpen">} socket
 * @property {() => void} onchange
 * @property {() => void} oncurrent the client has caught up, as far as it could
 * @property {() => void} onended the session is over
 * @property {AbortSignal} signal ends the fetching
 */

export class Sync {
  /** Whether the client has caught up since it began. */
  isCurrent = false;
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
  /** When everything was asked for the last time. In milliseconds. */
  #askedAt = -Infinity;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
    means.signal.addEventListener("abort", () => clearTimeout(this.#again));
  }

  /**
   * Catches up. Calls while a refresh runs share the next one.
   * @returns {Promise<void>}
   */
  refresh() {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshAll();
    return this.#refreshing;
  }

  /** Catches up after a waking, during which events may have been lost. A new connection does so anyway. */
  wake() {
    const isAsked = this.#refreshing !== null || Date.now() - this.#askedAt < ONE_WAKING;
    if (this.#means.socket().isOpen && !isAsked) void this.refresh();
  }

  /** Refreshes the summaries of rooms, although these may have no news. @param {number[]} rooms */
  renew(rooms) {
    for (const room of rooms) this.#means.catchUp.renew(room);
    if (rooms.length > 0) void this.refresh();
  }

  /** Refreshes until a room is listed that the user has just joined. @param {number} room */
  appears(room) {
    return this.until(() => this.#means.isListed(room));
  }

  /** Refreshes, a few times, until something is there: an answer may be slightly older. @param {() => boolean} isThere */
  async until(isThere) {
    for (let attempt = 0; !isThere() && attempt < REFRESHES; attempt += 1) {
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
    const { catchUp, restored, directory, onchange, oncurrent, signal } = this.#means;
    try {
      await restored;
      while (this.#refreshAgain && !signal.aborted) {
        this.#refreshAgain = false;
        await this.attempt(async () => {
          this.#askedAt = Date.now();
          await catchUp.run();
          this.isCurrent = true;
          onchange();
          const rest = [...this.#due].map((task) => this.#load(task));
          await Promise.all([catchUp.complete(), ...rest]);
          this.#failures = 0;
        });
        oncurrent();
      }
    } finally {
      this.#refreshing = null;
    }
    void this.attempt(() => directory.learnNames());
  }
}
