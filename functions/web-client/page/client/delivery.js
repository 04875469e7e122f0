// Sends the messages of the outbox. Those of a room are sent one after another, so that they arrive in the order of
// their writing. A message is sent again until the server has accepted or refused it.

import { Failure } from "./call.js";
import { KNOWN_AGAIN_FOR } from "./outbox.js";

/**
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {import("./outbox.js").Outbox} outbox
 * @property {(unsent: Unsent) => Promise<Message>} send
 * @property {(message: Message) => void} onsent
 * @property {(unsent: Unsent, failure: Failure) => void} [onrefused]
 * @property {() => void} onchange the outbox has changed
 * @property {() => void} onended the session is over
 * @property {(room: number, task: () => Promise<void>) => Promise<unknown>} alone runs a task in one tab at a time
 * @property {(attempt: number) => number} backoff
 */

export class Delivery {
  #means;
  #ended = false;
  /** Rooms with a running delivery. @type {Set<number>} */
  #busy = new Set();
  /** Functions that end a nap, and whether the server has asked for the nap. @type {Map<() => void, boolean>} */
  #naps = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /** Sends now, after a new message or a new connection. Waits on if the server has said when to come back. */
  wake() {
    for (const [end, asked] of this.#naps) if (!asked) end();
    const rooms = this.#means.outbox.all().filter(({ refused }) => !refused).map(({ conversation }) => conversation);
    for (const room of new Set(rooms)) void this.#deliver(room);
  }

  /** Stops sending. Unsent messages stay in the outbox. */
  end() {
    this.#ended = true;
    for (const end of this.#naps.keys()) end();
  }

  /** @param {number} room */
  async #deliver(room) {
    if (this.#busy.has(room)) return;
    this.#busy.add(room);
    try {
      await this.#means.alone(room, () => this.#drain(room));
    } finally {
      this.#busy.delete(room);
    }
    // A message may have been added after the last look.
    if (!this.#ended && this.#next(room)) await this.#deliver(room);
  }

  /** @param {number} room */
  async #drain(room) {
    let attempt = 0;
    for (let next; !this.#ended && (next = this.#next(room)); ) {
      if (Date.now() - next.at >= KNOWN_AGAIN_FOR) {
        this.#refuse(next, new Failure(409, "too_late", "This is days old, and may have arrived."), undefined);
        continue;
      }
      try {
        const message = await this.#means.send(next);
        this.#means.outbox.remove(next.client_id);
        this.#means.onsent(message);
        attempt = 0;
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (failure.endsSession) {
          this.#ended = true;
          return this.#means.onended();
        }
        if (failure.passes) {
          await this.#nap(Math.max(this.#means.backoff(attempt), failure.retryAfter), failure.retryAfter > 0);
          attempt += 1;
        } else {
          this.#refuse(next, failure, failure.code);
        }
      }
    }
  }

  /**
   * @param {Unsent} unsent
   * @param {Failure} failure
   * @param {string | undefined} code of the server
   */
  #refuse(unsent, failure, code) {
    const { outbox, onrefused, onchange } = this.#means;
    outbox.refuse(unsent, failure.message, code);
    onrefused?.(unsent, failure);
    onchange();
  }

  /** @param {number} room */
  #next(room) {
    return this.#means.outbox.of(room).find(({ refused }) => !refused);
  }

  /**
   * @param {number} milliseconds
   * @param {boolean} asked
   * @returns {Promise<void>}
   */
  #nap(milliseconds, asked) {
    return new Promise((resolve) => {
      // The next session waits for the lock.
      if (this.#ended) return resolve();
      const end = () => {
        clearTimeout(timer);
        this.#naps.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#naps.set(end, asked);
    });
  }
}
