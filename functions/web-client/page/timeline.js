// The messages of one room, in the room's one order, and whether one is missing. Pure.

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
  /** Whether the newest page has come: before that, nothing can be said to be missing. */
  loaded = false;
  /** The last message before which none is missing. @type {Message | null} */
  #settled = null;

  /**
   * A message that was pushed, or the answer to one that was sent.
   * @param {Message} message
   */
  add(message) {
    this.#insert(message);
    this.#advance();
  }

  /**
   * The newest page. Only a page of `after=` tells whether a hole in it is for good, so what follows one is not settled.
   * @param {Message[]} page
   * @param {boolean} more whether there are older ones
   */
  load(page, more) {
    for (const message of page) this.#insert(message);
    this.#settled = page[0] ?? null;
    this.hasOlder = more;
    this.loaded = true;
    this.#advance();
  }

  /**
   * A page before the first message.
   * @param {Message[]} page
   * @param {boolean} more
   */
  prepend(page, more) {
    for (const message of page) this.#insert(message);
    this.hasOlder = more;
  }

  /**
   * A page of `after=settledId`: the server has left out nothing that may still come.
   * @param {Message[]} page
   */
  settle(page) {
    for (const message of page) this.#insert(message);
    this.#settled = page.at(-1) ?? this.#settled;
    this.#advance();
  }

  /**
   * Messages that are known, with new links to their attachments.
   * @param {Message[]} page
   */
  renew(page) {
    const renewed = new Map(page.map((message) => [message.id, message]));
    this.messages = this.messages.map((message) => renewed.get(message.id) ?? message);
  }

  /** The id to ask for what comes `after=`; ids begin above 1. */
  get settledId() {
    return this.#settled?.id ?? 1;
  }

  /** Whether a message is known before which others are missing. */
  get hasGap() {
    return this.loaded && (this.messages.at(-1)?.sequence ?? 0) > (this.#settled?.sequence ?? 0);
  }

  /** @param {Message} message */
  #insert(message) {
    // Nearly always it is the last one.
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
