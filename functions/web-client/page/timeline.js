// The messages of one room in order, and the point before which none is missing. Pure.

/**
 * @typedef {{id: number, conversation: number, sender: number, receivers: number[], text: string, created_at: string,
 *   sequence: number, client_id: string | null,
 *   attachment_picture?: import("./attachments.js").Attachment | null,
 *   attachment_video?: import("./attachments.js").Attachment | null}} Message
 */

export class Timeline {
  /** @type {Message[]} by sequence, each once */
  messages = [];
  /** Whether there are messages before the first. */
  hasOlder = false;
  /** Whether the newest page has been received. Before that, gaps are unknown. */
  loaded = false;
  /** The last message before which no message is missing. @type {Message | null} */
  #settled = null;

  /**
   * Adds a message that was pushed, or returned by a call that sent it.
   * @param {Message} message
   */
  add(message) {
    this.#insert(message);
    this.#advance();
  }

  /**
   * Adds the newest page. Messages after a hole are not settled: only a page of `after=` shows that a hole is final.
   * @param {Message[]} page
   * @param {boolean} more whether there are older messages
   */
  load(page, more) {
    for (const message of page) this.#insert(message);
    this.#settled = page[0] ?? null;
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
    for (const message of page) this.#insert(message);
    this.#settled = page.at(-1) ?? this.#settled;
    this.#advance();
  }

  /**
   * Replaces known messages by the same with new links to their attachments.
   * @param {Message[]} page
   */
  renew(page) {
    const renewed = new Map(page.map((message) => [message.id, message]));
    this.messages = this.messages.map((message) => renewed.get(message.id) ?? message);
  }

  /** The id for `after=`. Ids are greater than 1. */
  get settledId() {
    return this.#settled?.id ?? 1;
  }

  /** Whether messages are missing before a known one. */
  get hasGap() {
    return this.loaded && (this.messages.at(-1)?.sequence ?? 0) > (this.#settled?.sequence ?? 0);
  }

  /** @param {Message} message */
  #insert(message) {
    // From the end, because nearly every message is the newest.
    let place = this.messages.length;
    while (place > 0 && this.messages[place - 1].sequence > message.sequence) place -= 1;
    if (this.messages[place - 1]?.sequence !== message.sequence) this.messages.splice(place, 0, message);
  }

  #advance() {
    if (!this.loaded) return;
    for (const message of this.messages) {
      if (message.sequence === (this.#settled?.sequence ?? 0) + 1) this.#settled = message;
    }
  }
}
