// Sends what is in the outbox: in each room one after another, so that they arrive in the order in which they were
// written, and again for as long as it is not known whether they have arrived.

import { Failure } from "./call.js";
import { KNOWN_AGAIN_FOR } from "./outbox.js";

/**
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {import("./outbox.js").Outbox} outbox
 * @property {(unsent: Unsent) => Promise<Message>} send
 * @property {(message: Message) => void} onsent
 * @property {() => void} onchange something in the outbox is different
 * @property {() => void} onended the session is over
 * @property {(room: number, task: () => Promise<void>) => Promise<unknown>} alone runs a task in one tab at a time
 * @property {(attempt: number) => number} backoff
 */

export class Delivery {
  #means;
  #ended = false;
  /** @type {Set<number>} rooms whose messages are being sent */
  #busy = new Set();
  /** @type {Map<() => void, boolean>} what ends a nap, and whether the server has asked for it */
  #naps = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /** There is something to send, or a reason to believe that it gets through now: none where the server said when to come. */
  wake() {
    for (const [end, asked] of this.#naps) if (!asked) end();
    const rooms = this.#means.outbox.all().filter(({ refused }) => !refused).map(({ conversation }) => conversation);
    for (const room of new Set(rooms)) void this.#deliver(room);
  }

  /** Sends nothing more. What is unsent stays in the outbox. */
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
    // One may have been written after the last look.
    if (!this.#ended && this.#next(room)) await this.#deliver(room);
  }

  /** @param {number} room */
  async #drain(room) {
    let attempt = 0;
    for (let next; !this.#ended && (next = this.#next(room)); ) {
      if (Date.now() - next.at >= KNOWN_AGAIN_FOR) {
        this.#means.outbox.refuse(next, "This is days old, and may have arrived.");
        this.#means.onchange();
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
          this.#means.outbox.refuse(next, failure.message);
          this.#means.onchange();
        }
      }
    }
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
