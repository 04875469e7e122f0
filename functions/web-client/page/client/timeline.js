// The messages of one room in order, and the point before which none is missing. Pure.

import { pointOf } from "./cursors.js";
import { quoteOf } from "./quotes.js";

/**
 * @typedef {{emoji: string, count: number, users: number[], mine: boolean}} Reaction
 * `users`: the first three
 * @typedef {{id: number, sender: number, text: string, truncated?: boolean,
 *   attachment: import("./attachments.js").Kind | null}} Quote
 * @typedef {{id: number, conversation: number, sender: number, receivers: number[], text: string, created_at: string,
 *   edited_at: string | null, deleted_at: string | null, deleted_by: number | null, version: number, hidden?: boolean,
 *   sequence: number, client_id: string | null, reply_to: number | null, quoted?: Quote | null, mentions: number[],
 *   mentions_all: boolean, forwarded: number | null, reactions?: Reaction[],
 *   attachment_picture?: import("./attachments.js").Attachment | null,
 *   attachment_video?: import("./attachments.js").Attachment | null}} Message
 * Events leave out `quoted` of a reply, and may leave out reactions.
 * @typedef {import("./cursors.js").Point} Point
 * @typedef {{messages: Message[], hasOlder: boolean, settled: Point | null}} Kept the part that a storage keeps
 */

export class Timeline {
  /** By sequence, each once. Another array after each change. @type {Message[]} */
  messages = [];
  /** Whether there are messages before the first. */
  hasOlder = false;
  /** Whether the newest page has been received. Before that, gaps are unknown. */
  loaded = false;
  /** The last message before which no message is missing. @type {Point | null} */
  #settled = null;
  /** The messages that the user has deleted for themselves, which a late push must not bring back. */
  #hidden = new Set();

  /**
   * Adds a message that was pushed, or returned by a call that sent it.
   * @param {Message} message
   */
  add(message) {
    this.#append(message);
    this.#advance();
  }

  /**
   * Adds the newest page. Messages after a hole are not settled: only a page of `after=` shows that a hole is final.
   * Earlier messages, which were pushed, are listed with older pages: others may be missing between.
   * @param {Message[]} page
   * @param {boolean} more whether there are older messages
   */
  load(page, more) {
    const first = page[0]?.sequence ?? 0;
    this.messages = this.messages.filter(({ sequence }) => sequence >= first);
    for (const message of page) this.#insert(message);
    this.#settled = place(page[0]);
    this.hasOlder = more;
    this.loaded = true;
    this.#advance();
  }

  /**
   * Adds the page before the first message.
   * @param {Message[]} page
   * @param {boolean} more
   */
  prepend(page, more) {
    for (const message of page) this.#insert(message);
    this.hasOlder = more;
  }

  /**
   * Adds a page of `after=settledId`, in which every hole is final.
   * @param {Message[]} page
   */
  settle(page) {
    for (const message of page) this.#append(message);
    const last = place(page.at(-1));
    if (last && last.sequence > (this.#settled?.sequence ?? 0)) this.#settled = last;
    this.#advance();
  }

  /**
   * Adds messages that follow a message, of which the timeline may have some already. Every hole in them is final.
   * @param {number} after
   * @param {Message[]} page
   */
  follow(after, page) {
    if (this.loaded && this.settledId >= after) return this.settle(page);
    for (const message of page) this.#append(message);
  }

  /**
   * Returns the newest messages, and the point from which a client with them goes on. Messages after a gap are left out.
   * @param {number} most
   * @returns {Kept}
   */
  newest(most) {
    const settled = this.#settled;
    const complete = this.messages.filter(({ sequence }) => sequence <= (settled?.sequence ?? 0));
    const messages = complete.slice(-most);
    return { messages, hasOlder: this.hasOlder || messages.length < complete.length, settled };
  }

  /** Begins with the messages of an earlier timeline. @param {Kept} kept */
  restore({ messages, hasOlder, settled }) {
    this.messages = messages;
    this.hasOlder = hasOlder;
    this.#settled = settled;
    this.loaded = true;
  }

  /**
   * Takes new links to the attachments of known messages, and nothing else: changes may have overtaken the page.
   * @param {Message[]} page
   */
  renew(page) {
    const renewed = new Map(page.map((message) => [message.id, message]));
    this.messages = this.messages.map((message) => {
      const other = renewed.get(message.id);
      if (!other || other.version < message.version) return message;
      const { attachment_picture, attachment_video } = other;
      return { ...message, attachment_picture, attachment_video };
    });
  }

  /** Takes all holes as final. */
  close() {
    this.#settled = place(this.messages.at(-1));
  }

  /** Drops the oldest messages beyond a number. @param {number} most */
  trim(most) {
    if (this.messages.length <= most) return;
    this.messages = this.messages.slice(-most);
    this.hasOlder = true;
    for (const sequence of this.#hidden) if (sequence < this.messages[0].sequence) this.#hidden.delete(sequence);
  }

  /** @param {number} id */
  get(id) {
    return this.messages.findLast((message) => message.id === id);
  }

  /**
   * Takes the state of a message after a change, unless a later one is known. Replies quote the new state.
   * @param {Message} message
   */
  revise(message) {
    const known = this.get(message.id);
    if (known && !message.hidden && known.version > message.version) return;
    if (message.hidden) this.#hidden.add(message.sequence);
    const kept = this.messages.filter(({ id }) => id !== message.id || !message.hidden);
    this.messages = kept.map((other) => (other === known ? merged(known, message) : other));
    this.quote(message.id, quoteOf(message));
  }

  /**
   * Takes the quote of a message into its replies.
   * @param {number} id
   * @param {Quote | null} quoted
   */
  quote(id, quoted) {
    this.messages = this.messages.map((reply) =>
      (reply.reply_to === id && !reply.deleted_at ? { ...reply, quoted } : reply));
  }

  /**
   * @param {number} id
   * @param {Reaction[]} reactions
   */
  react(id, reactions) {
    this.messages = this.messages.map((message) => (message.id === id ? { ...message, reactions } : message));
  }

  /** The last message before which no message is missing. */
  get settled() {
    return this.#settled;
  }

  /** The id for `after=`. Ids are greater than 1. */
  get settledId() {
    return this.#settled?.id ?? 1;
  }

  /** Whether messages are missing before a known one. */
  get hasGap() {
    return this.loaded && (this.messages.at(-1)?.sequence ?? 0) > (this.#settled?.sequence ?? 0);
  }

  /** Adds a message, unless it belongs to an older page: others may be missing between. @param {Message} message */
  #append(message) {
    if (!this.hasOlder || message.sequence > (this.messages[0]?.sequence ?? 0)) this.#insert(message);
  }

  /** @param {Message} message */
  #insert(message) {
    if (this.#hidden.has(message.sequence)) return;
    // From the end, because nearly every message is the newest.
    let place = this.messages.length;
    while (place > 0 && this.messages[place - 1].sequence > message.sequence) place -= 1;
    const known = this.messages[place - 1];
    if (known?.sequence !== message.sequence) this.messages = this.messages.toSpliced(place, 0, message);
    else if (known.version < message.version) this.revise(message);
  }

  #advance() {
    if (!this.loaded) return;
    for (const message of this.messages) {
      if (message.sequence === (this.#settled?.sequence ?? 0) + 1) this.#settled = place(message);
    }
  }
}

/** The part of a message that is kept after its deletion. @param {Message | undefined} message @returns {Point | null} */
function place(message) {
  return message ? pointOf(message) : null;
}

/**
 * Returns the later state of a message, with the parts of the known one that an event leaves out, and with the same
 * links, so that no picture is loaded again.
 * @param {Message} known
 * @param {Message} message
 * @returns {Message}
 */
function merged(known, message) {
  const { attachment_picture: picture, attachment_video: video } = message;
  return {
    ...known,
    ...message,
    quoted: message.deleted_at ? null : message.quoted === undefined ? known.quoted : message.quoted,
    attachment_picture: picture?.id === known.attachment_picture?.id ? known.attachment_picture : picture,
    attachment_video: video?.id === known.attachment_video?.id ? known.attachment_video : video,
  };
}
