// The rows of a conversation: bubbles, and dividers between them.

import { setText } from "../dom.js";
import { calm, day } from "../text.js";
import { Bubble, divider } from "./bubble.js";
import { Media } from "./media.js";

/** Milliseconds after which a message of the same sender begins a new group. */
const PAUSE = 10 * 60_000;

/**
 * @typedef {import("./entries.js").Entry} Entry
 */

export class Rows {
  #chat;
  /** Bubbles and dividers by key, so that a row keeps its element. @type {Map<string, any>} */
  #shown = new Map();

  /** @param {import("../chat.js").Chat} chat */
  constructor(chat) {
    this.#chat = chat;
  }

  clear() {
    this.#shown.clear();
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
    const keep = (/** @type {string} */ key, /** @type {() => any} */ make) => {
      const kept = before.get(key) ?? make();
      this.#shown.set(key, kept);
      return kept;
    };
    /** @type {Entry | null} */
    let previous = null;
    let shownDay = "";
    for (const entry of entries) {
      const today = day(entry.at);
      // A notice has the time of this machine, and follows the day of the messages above it.
      if (shownDay === "" || (shownDay !== today && !entry.notice)) {
        rows.push(keep(`day ${today}`, () => divider(today)));
        shownDay = today;
        previous = null;
      }
      if (entry.notice) {
        rows.push(this.#notice(keep(entry.key, () => divider("")), entry.text));
        previous = null;
        continue;
      }
      if (entry.sequence === unreadFrom) {
        rows.push(keep("unread", () => divider("Unread messages")));
        previous = null;
      }
      const bubble = keep(entry.key, () => new Bubble({
        ...entry, mine: entry.user === this.#chat.me, media: entry.media.map((shown) => new Media(shown)),
      }));
      this.#update(bubble, entry, previous);
      rows.push(bubble.element);
      previous = entry;
    }
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
   * @param {Entry} entry
   * @param {Entry | null} previous
   */
  #update(bubble, { user, at, state, media, unsent }, previous) {
    const { directory, outgoing } = this.#chat;
    const follows = previous?.user === user && Date.parse(at) - Date.parse(previous.at) < PAUSE;
    // Read stays read, even after the readers have left the room.
    bubble.update({ state: bubble.state === "read" ? "read" : state(), follows, sender: directory.name(user), at });
    bubble.show(media);
    bubble.refuse(unsent?.refused, () => unsent && outgoing.retry(unsent), () => unsent && outgoing.discard(unsent));
  }
}
