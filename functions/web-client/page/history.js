// Fetches messages that timelines lack.

import { pause } from "./backoff.js";
import { Timeline } from "./timeline.js";

/** Messages a page, a few screens. */
const PAGE = 50;
/** Messages a page, the most that the server returns. */
const MOST = 100;
/** Attempts after which the wait for a hole stops growing. The server holds messages after a hole back for 15 s. */
const SLOWS_DOWN = 3;

/**
 * @typedef {import("./timeline.js").Message} Message
 */

export class History {
  #api;
  #onchange;
  /** @type {Map<number, Timeline>} */
  #timelines = new Map();
  /** Rooms that are catching up, and whether they must fetch once more. @type {Map<number, boolean>} */
  #catching = new Map();
  /** @type {Set<number>} */
  #loadingOlder = new Set();
  /** @type {Set<number>} */
  #renewing = new Set();
  #ended = false;

  /**
   * @param {import("./api.js").Api} api
   * @param {(fetched: Message[]) => void} onchange
   */
  constructor(api, onchange) {
    this.#api = api;
    this.#onchange = onchange;
  }

  /** @param {number} room */
  of(room) {
    return this.#timelines.get(room);
  }

  /** @param {number} room */
  async open(room) {
    if (this.#timelines.has(room)) return;
    this.#timelines.set(room, new Timeline());
    await this.#catchUp(room);
  }

  /** @param {number} room */
  forget(room) {
    this.#timelines.delete(room);
  }

  /** @param {Message} message */
  async add(message) {
    const timeline = this.#timelines.get(message.conversation);
    timeline?.add(message);
    if (timeline?.hasGap) await this.#catchUp(message.conversation);
  }

  /**
   * Fetches the messages that a timeline lacks, if its room has a newer one.
   * @param {import("./rooms.js").Room} room
   */
  async refresh({ id, last_message }) {
    const timeline = this.#timelines.get(id);
    if (!timeline || (timeline.loaded && !timeline.hasGap && (last_message?.id ?? 0) <= timeline.settledId)) return;
    await this.#catchUp(id);
  }

  /** @param {number} room */
  async loadOlder(room) {
    const timeline = this.#timelines.get(room);
    const first = timeline?.messages[0];
    if (!timeline?.hasOlder || !first || this.#loadingOlder.has(room)) return;
    this.#loadingOlder.add(room);
    try {
      const { messages, more } = await this.#api.messages(room, { before: first.id, limit: PAGE });
      timeline.prepend(messages, more);
      this.#onchange(messages);
    } finally {
      this.#loadingOlder.delete(room);
    }
  }

  /**
   * Fetches new links for a message, and for those before it, because their links have expired too.
   * @param {number} room
   * @param {number} message
   */
  async renew(room, message) {
    const timeline = this.#timelines.get(room);
    if (!timeline || this.#renewing.has(room)) return;
    this.#renewing.add(room);
    try {
      const { messages } = await this.#api.messages(room, { before: message + 1, limit: PAGE });
      timeline.renew(messages);
      this.#onchange(messages);
    } finally {
      this.#renewing.delete(room);
    }
  }

  end() {
    this.#ended = true;
  }

  /** @param {number} room */
  async #catchUp(room) {
    const again = () => this.#catching.get(room) === true || this.#timelines.get(room)?.hasGap;
    if (this.#catching.has(room)) {
      this.#catching.set(room, true);
      return;
    }
    let waited = 0;
    try {
      do {
        this.#catching.set(room, false);
        await this.#fetchNewer(room);
        if (!this.#catching.get(room) && this.#timelines.get(room)?.hasGap) {
          await pause(Math.min(waited, SLOWS_DOWN));
          waited += 1;
        }
      } while (again() && !this.#ended);
    } finally {
      this.#catching.delete(room);
    }
  }

  /** @param {number} room */
  async #fetchNewer(room) {
    const timeline = this.#timelines.get(room);
    if (!timeline) return;
    if (!timeline.loaded) {
      const { messages, more } = await this.#api.messages(room, { limit: PAGE });
      timeline.load(messages, more);
      this.#onchange(messages);
      return;
    }
    const { messages, more } = await this.#api.messages(room, { after: timeline.settledId, limit: MOST });
    timeline.settle(messages);
    this.#onchange(messages);
    if (more) this.#catching.set(room, true);
  }
}
