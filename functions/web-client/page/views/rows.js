// The rows of a conversation: bubbles, and dividers between them.

import { setText } from "../dom.js";
import { calm, day } from "../client/text.js";
import { Bubble, divider } from "./bubble.js";
import { Media } from "./media.js";

/** Milliseconds after which a message of the same sender begins a new group. */
const PAUSE = 10 * 60_000;

/**
 * @typedef {import("./entries.js").Entry} Entry
 * @typedef {import("./entries.js").MessageEntry} MessageEntry
 */

export class Rows {
  #chat;
  /** Bubbles and dividers by key, so that a row keeps its element. @type {Map<string, any>} */
  #shown = new Map();
  /** The sent messages of the rows. @type {Map<Element, import("../client/timeline.js").Message>} */
  #messages = new Map();

  /** @param {import("../client/chat.js").Chat} chat */
  constructor(chat) {
    this.#chat = chat;
  }

  clear() {
    this.#shown.clear();
    this.#messages.clear();
  }

  /** Returns the message that a row shows. @param {Element} row */
  messageOf(row) {
    return this.#messages.get(row);
  }

  /** Returns the row of a message. @param {number} id @returns {HTMLElement | undefined} */
  rowOf(id) {
    const found = [...this.#messages].find(([, message]) => message.id === id);
    return /** @type {HTMLElement | undefined} */ (found?.[0]);
  }

  /** The line above the first unread message. @returns {HTMLElement | undefined} */
  get unreadLine() {
    return this.#shown.get("unread");
  }

  /**
   * @param {Entry[]} entries
   * @param {number | null | undefined} unreadFrom the sequence of the first unread message
   * @returns {HTMLElement[]}
   */
  render(entries, unreadFrom) {
    const rows = [];
    const before = this.#shown;
    this.#shown = new Map();
    this.#messages = new Map();
    const keep = (/** @type {string} */ key, /** @type {() => any} */ make) => {
      const kept = before.get(key) ?? make();
      this.#shown.set(key, kept);
      return kept;
    };
    /** @type {MessageEntry | null} */
    let previous = null;
    let shownDay = "";
    let isUnread = false;
    for (const entry of entries) {
      const today = day(entry.at);
      // A notice has the time of this machine, and follows the day of the messages above it.
      if (shownDay === "" || (shownDay !== today && entry.notice === undefined)) {
        rows.push(keep(`day ${today}`, () => divider(today)));
        shownDay = today;
        previous = null;
      }
      if (entry.notice !== undefined) {
        rows.push(this.#notice(keep(entry.key, () => divider("")), entry.notice));
        previous = null;
        continue;
      }
      // The first unread message itself may be hidden.
      if (!isUnread && unreadFrom && entry.sequence && entry.sequence >= unreadFrom) {
        isUnread = true;
        rows.push(keep("unread", () => divider("Unread messages")));
        previous = null;
      }
      const bubble = keep(entry.key, () => new Bubble({
        user: entry.user, mine: entry.user === this.#chat.me, media: entry.media.map((shown) => new Media(shown)),
      }));
      this.#update(bubble, entry, previous);
      if (entry.message) this.#messages.set(bubble.element, entry.message);
      rows.push(bubble.element);
      previous = entry;
    }
    for (const [key, row] of before) if (!this.#shown.has(key) && row instanceof Bubble) row.end();
    return rows;
  }

  /**
   * @param {HTMLElement} row
   * @param {string} text changes when the name of a user becomes known
   */
  #notice(row, text) {
    row.classList.add("happening");
    setText(/** @type {Element} */ (row.firstElementChild), calm(text));
    return row;
  }

  /**
   * @param {Bubble} bubble
   * @param {MessageEntry} entry
   * @param {MessageEntry | null} previous
   */
  #update(bubble, { user, at, content, state, media, message, unsent }, previous) {
    const { directory, outgoing } = this.#chat;
    const follows = previous?.user === user && Date.parse(at) - Date.parse(previous.at) < PAUSE;
    const version = message?.version ?? 0;
    // Read stays read until an edit, even after the readers have left the room.
    const isRead = bubble.state === "read" && bubble.version === version;
    bubble.version = version;
    bubble.update({
      state: isRead ? "read" : state(), follows, sender: directory.name(user), at, content,
      isSent: message !== undefined,
    });
    bubble.show(media);
    bubble.refuse(unsent?.refused, () => unsent && outgoing.retry(unsent), () => unsent && outgoing.discard(unsent));
  }
}
