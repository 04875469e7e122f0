// The dialog that searches the messages of a room.

import { arrange, el, set, setText } from "../dom.js";
import { marked, wordsOf } from "../client/found.js";
import { calm, moment } from "../client/text.js";
import { nameIn } from "./content.js";
import { modal, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 */

/** The most characters of a search, as the server counts them. */
const LONGEST = 100;

/**
 * @param {Chat} chat
 * @param {import("../client/rooms.js").Room} room
 * @param {(message: number) => void} onchoose
 */
export function searchIn(chat, room, onchoose) {
  const dialog = modal(`Search in ${chat.directory.title(room)}`);
  const problem = el("p", { class: "problem", role: "alert" });
  const status = el("p", { class: "hint", role: "status" });
  const list = el("ul", { class: "hits" });
  const field = el("input", {
    type: "search", name: "words", "aria-label": "Words", placeholder: "Words", autocomplete: "off", maxlength: LONGEST,
    enterkeyhint: "search",
  });
  const search = el("button", { class: "primary", type: "submit" }, "Search");
  const older = el("button", { class: "link", type: "button", hidden: true, onclick: () => run(next) },
    "Search older messages");
  /** @type {Message[]} */
  let messages = [];
  /** The words of the messages. @type {string[]} */
  let words = [];
  /** Where the search goes on. @type {string | null} */
  let next = null;
  /** By what they show, so that a result keeps its element and the focus. @type {Map<string, HTMLLIElement>} */
  let shown = new Map();

  const render = () => {
    if (!chat.rooms.get(room.id)) return dialog.close();
    const timeline = chat.timeline(room.id);
    const now = messages.map((message) => timeline?.get(message.id) ?? message);
    const before = shown;
    shown = new Map();
    for (const message of now) {
      const { id, text, sender, deleted_at, hidden } = message;
      const key = JSON.stringify([id, nameIn(chat, sender), text, words]);
      if (!deleted_at && !hidden) shown.set(key, before.get(key) ?? hit(chat, message, words, () => choose(id)));
    }
    arrange(list, [...shown.values()]);
    older.hidden = next === null;
  };
  const choose = (/** @type {number} */ id) => {
    dialog.close();
    onchoose(id);
  };
  const run = async (/** @type {string | null} */ from) => {
    set(search, "disabled", true);
    set(older, "disabled", true);
    await telling(problem, async () => {
      const typed = field.value.trim();
      if (from === null) [messages, words, next] = [[], wordsOf(typed), null];
      const found = await chat.search(room.id, typed, from);
      messages = [...messages, ...found.messages];
      next = found.next;
      setText(status, told(messages.length, next !== null));
    });
    set(search, "disabled", false);
    set(older, "disabled", false);
    render();
  };

  dialog.append(
    el("form", {
      class: "searching",
      role: "search",
      onsubmit: (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        void run(null);
      },
    }, el("div", { class: "row" }, field, search), problem),
    status, list, older);
  const controller = new AbortController();
  const { signal } = controller;
  dialog.addEventListener("close", () => controller.abort());
  chat.addEventListener("change", render, { signal });
  chat.addEventListener("gone", (event) => {
    const { id } = /** @type {CustomEvent<Message>} */ (event).detail;
    messages = messages.filter((message) => message.id !== id);
    render();
  }, { signal });
  dialog.showModal();
  field.focus();
  return dialog;
}

/**
 * @param {Chat} chat
 * @param {Message} message
 * @param {string[]} words
 * @param {() => void} onclick
 */
function hit(chat, { sender, text, created_at, attachment_picture, attachment_video }, words, onclick) {
  const name = (attachment_picture ?? attachment_video)?.name ?? "";
  const shown = marked(calm(text), words);
  const isNamed = name !== "" && !shown.some(({ isFound }) => isFound);
  return el("li", {}, el("button", { type: "button", onclick },
    el("span", { class: "row" },
      el("span", { class: "name", dir: "auto" }, nameIn(chat, sender)),
      el("time", { datetime: created_at }, moment(created_at))),
    el("span", { class: "text", dir: "auto" },
      ...(isNamed ? marked(name, words) : shown).map(({ text, isFound }) => isFound ? el("mark", {}, text) : text))));
}

/**
 * @param {number} count
 * @param {boolean} hasMore
 * @returns {string} such as "3 messages found so far."
 */
function told(count, hasMore) {
  const found = count === 0 ? "Nothing found" : count === 1 ? "1 message found" : `${count} messages found`;
  return `${found}${hasMore ? " so far" : ""}.`;
}
