// Fetches messages that timelines lack.

import { pause } from "./backoff.js";
import { quoteOf } from "./quotes.js";
import { Timeline } from "./timeline.js";

/** Messages a page, a few screens. */
const PAGE = 50;
/** Messages a page, the most that the server returns. */
const MOST = 100;
/** Pages in which an earlier message is looked for. */
const REACH = 20;
/** Attempts after which the wait for a hole stops growing. The server holds messages after a hole back for 15 s. */
const SLOWS_DOWN = 3;
/** Waits after which a hole is final: the messages in it, or all after it, are hidden from the user. */
const GIVES_UP = 12;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {{again: boolean, done: Promise<void>}} Catching
 */

export class History {
  #api;
  #onchange;
  #changes;
  /** @type {Map<number, Timeline>} */
  #timelines = new Map();
  /** Rooms that are catching up, and whether they must fetch once more. @type {Map<number, Catching>} */
  #catching = new Map();
  /** @type {Map<number, Promise<void>>} */
  #loadingOlder = new Map();
  /** @type {Set<number>} */
  #renewing = new Set();
  #most;
  #controller = new AbortController();

  /**
   * @param {import("./api.js").Api} api
   * @param {(fetched: Message[]) => void} onchange
   * @param {Pick<import("./changes.js").Changes, "during">} changes
   * @param {number} [most] messages of a room that are kept when new ones come
   */
  constructor(api, onchange, changes, most = Infinity) {
    this.#api = api;
    this.#onchange = onchange;
    this.#changes = changes;
    this.#most = most;
  }

  /** @param {number} room */
  of(room) {
    return this.#timelines.get(room);
  }

  /** Loads the newest page of a room, unless it is loaded. @param {number} room */
  async open(room) {
    const timeline = this.#timelines.get(room) ?? new Timeline();
    this.#timelines.set(room, timeline);
    if (!timeline.loaded) await (this.#catching.get(room)?.done ?? this.#catchUp(room));
  }

  /** Replaces the messages of a room by the newest page. @param {number} room */
  async reload(room) {
    if (this.#timelines.has(room)) this.#timelines.set(room, new Timeline());
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
    timeline?.trim(this.#most);
    if (timeline?.hasGap) await this.#catchUp(message.conversation);
    if (timeline && message.quoted === undefined) await this.#fetchQuote(timeline, message);
  }

  /**
   * Takes the messages of a room that follow a message without a gap.
   * @param {number} room
   * @param {number} after
   * @param {Message[]} messages
   */
  follow(room, after, messages) {
    const timeline = this.#timelines.get(room);
    if (!timeline || messages.length === 0) return;
    timeline.follow(after, messages);
    timeline.trim(this.#most);
    this.#onchange(messages);
  }

  /**
   * Takes the messages of a room from a storage.
   * @param {number} room
   * @param {import("./timeline.js").Kept} kept
   */
  restore(room, kept) {
    const timeline = new Timeline();
    timeline.restore(kept);
    this.#timelines.set(room, timeline);
    this.#onchange(kept.messages);
  }

  /** Takes the state of a message after a change. @param {Message} message */
  revise(message) {
    this.#timelines.get(message.conversation)?.revise(message);
  }

  /**
   * Loads older messages until one is there.
   * @param {number} room
   * @param {number} id
   * @param {() => boolean} [isWanted] ends the loading
   * @returns {Promise<"found" | "gone" | "too far">}
   */
  async reach(room, id, isWanted = () => true) {
    for (let page = 0; ; page += 1) {
      const timeline = this.#timelines.get(room);
      if (timeline?.get(id)) return "found";
      if (!timeline?.hasOlder || timeline.messages[0].id < id) return "gone";
      if (page === REACH || !isWanted()) return "too far";
      await this.loadOlder(room, MOST);
    }
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

  /**
   * @param {number} room
   * @param {number} [limit]
   * @returns {Promise<void>}
   */
  loadOlder(room, limit = PAGE) {
    const running = this.#loadingOlder.get(room);
    if (running) return running;
    const loading = this.#fetchOlder(room, limit).finally(() => this.#loadingOlder.delete(room));
    this.#loadingOlder.set(room, loading);
    return loading;
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
    this.#controller.abort();
  }

  /**
   * @param {number} room
   * @param {number} limit
   */
  async #fetchOlder(room, limit) {
    const timeline = this.#timelines.get(room);
    const first = timeline?.messages[0];
    if (!timeline?.hasOlder || !first) return;
    await this.#changes.during(room, async () => {
      const { messages, more } = await this.#api.messages(room, { before: first.id, limit });
      timeline.prepend(messages, more);
      this.#onchange(messages);
    });
  }

  /**
   * Fetches the message that a pushed message answers, because events have no quotes.
   * @param {Timeline} timeline
   * @param {Message} message
   */
  async #fetchQuote(timeline, { conversation, reply_to }) {
    if (!reply_to || timeline.get(reply_to)) return;
    await this.#changes.during(conversation, async () => {
      const { messages } = await this.#api.messages(conversation, { before: reply_to + 1, limit: 1 });
      timeline.quote(reply_to, messages[0]?.id === reply_to ? quoteOf(messages[0]) : null);
      this.#onchange([]);
    });
  }

  /** @param {number} room @returns {Promise<void>} */
  #catchUp(room) {
    const running = this.#catching.get(room);
    if (running) {
      running.again = true;
      return Promise.resolve();
    }
    const catching = { again: false, done: Promise.resolve() };
    this.#catching.set(room, catching);
    catching.done = this.#fetchAll(room, catching).finally(() => this.#catching.delete(room));
    return catching.done;
  }

  /**
   * @param {number} room
   * @param {Catching} catching
   */
  async #fetchAll(room, catching) {
    const { signal } = this.#controller;
    const hasGap = () => this.#timelines.get(room)?.hasGap === true;
    let waited = 0;
    do {
      catching.again = false;
      await this.#changes.during(room, () => this.#fetchNewer(room, catching));
      if (catching.again || !hasGap()) continue;
      if (waited === GIVES_UP) return this.#timelines.get(room)?.close();
      await pause(Math.min(waited, SLOWS_DOWN), signal);
      waited += 1;
    } while ((catching.again || hasGap()) && !signal.aborted);
  }

  /**
   * @param {number} room
   * @param {Catching} catching
   */
  async #fetchNewer(room, catching) {
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
    timeline.trim(this.#most);
    this.#onchange(messages);
    catching.again ||= more;
  }
}
