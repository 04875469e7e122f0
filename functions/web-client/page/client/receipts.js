// Says to the server which messages this page has, and asks it who has received and read own messages.

/** Milliseconds from one frame with marks to the next. */
const FRAME_EVERY = 1_000;
/** The most rooms of a frame. */
const MOST = 100;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "receipts">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./sync.js").Sync, "attempt">} sync
 * @property {() => Pick<import("./socket.js").Socket, "isOpen" | "send">} socket
 * @property {() => void} onchange
 */

export class Receipts {
  #me;
  #means;
  /** The last message of each room of which the server does not know that it is here. @type {Map<number, number>} */
  #due = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #sentAt = 0;
  /** The edited messages whose receipts are asked for, with their versions. @type {Set<string>} */
  #asked = new Set();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /** Notes that a message is here. @param {Pick<Message, "conversation" | "id" | "sender">} message */
  received({ conversation, id, sender }) {
    if (sender === this.#me) return;
    this.#due.set(conversation, Math.max(id, this.#due.get(conversation) ?? 0));
    this.#timer ??= setTimeout(() => this.#send(), Math.max(0, this.#sentAt + FRAME_EVERY - Date.now()));
  }

  /** Notes the last messages of rooms that are not read: they may have come while the page was away. */
  listed() {
    for (const { unread, last_message } of this.#means.rooms.list()) {
      if (unread > 0 && last_message) this.received(last_message);
    }
  }

  /**
   * The state of an own message. After an edit from before, the server is asked.
   * @param {Message} message
   */
  state(message) {
    const { rooms } = this.#means;
    if (rooms.marks.lacks(message) && message.receivers.length > 0 && !message.deleted_at) this.#ask(message);
    return rooms.receipt(message);
  }

  /**
   * Returns a page of the receivers of an own message.
   * @param {Message} message
   * @param {number} [after]
   */
  async of(message, after) {
    return this.#means.api.receipts(message, after);
  }

  end() {
    clearTimeout(this.#timer);
    this.#due.clear();
  }

  #send() {
    const { socket } = this.#means;
    this.#timer = undefined;
    // A new connection lists the rooms again.
    if (!socket().isOpen) return this.#due.clear();
    const some = [...this.#due].slice(0, MOST);
    const marks = some.map(([conversation, message]) => ({ conversation, message }));
    socket().send({ type: "delivered", marks });
    this.#sentAt = Date.now();
    for (const [conversation] of some) this.#due.delete(conversation);
    if (this.#due.size > 0) this.#timer = setTimeout(() => this.#send(), FRAME_EVERY);
  }

  /** @param {Message} message */
  #ask(message) {
    const key = `${message.id} ${message.version}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const { rooms, sync, onchange } = this.#means;
    void sync.attempt(async () => {
      const { receipts } = await this.of(message);
      rooms.marks.take(message, receipts);
      onchange();
    });
  }
}
