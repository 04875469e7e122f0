// The dialog that forwards a message to other chats.

import { el, set, setText } from "../dom.js";
import { inWords } from "../client/refusals.js";
import { rightsIn } from "../client/rights.js";
import { OFTEN } from "./content.js";
import { Face } from "./face.js";
import { messageDialog } from "./gone.js";
import { telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 * @typedef {import("../client/timeline.js").Message} Message
 */

/** The most chats at a time. */
const MOST = 5;

/**
 * @param {Chat} chat
 * @param {Message} message
 */
export function forwardMessage(chat, message) {
  const { dialog } = messageDialog(chat, message, "Forward to");
  const most = (message.forwarded ?? 0) >= OFTEN ? 1 : MOST;
  const problem = el("p", { class: "problem", role: "alert" });
  const targets = chat.rooms.list().filter((room) => canWrite(chat, room)).map((room) => target(chat, room));
  const chosen = () => targets.filter(({ box }) => box.checked);
  const send = el("button", { class: "primary", type: "submit" }, "Forward");
  const find = el("input", {
    type: "search", "aria-label": "Search chats", placeholder: "Search chats", autocomplete: "off",
    oninput: () => {
      const typed = find.value.trim().toLowerCase();
      for (const { element, title } of targets) element.hidden = !title.toLowerCase().includes(typed);
    },
  });
  const update = () => {
    const isFull = chosen().length >= most;
    for (const { box } of targets) box.disabled = isFull && !box.checked;
    set(send, "disabled", chosen().length === 0);
  };
  /** The name of all requests, so that no chat gets the message twice. */
  const name = crypto.randomUUID();
  const submit = async () => {
    const to = chosen().map(({ id }) => id);
    const results = await chat.revisions.forward(message, to, name);
    const refused = results.filter(({ problem }) => problem);
    if (refused.length === 0) return dialog.close();
    for (const one of targets) one.box.checked = refused.some(({ conversation_id }) => conversation_id === one.id);
    update();
    setText(problem, refused.map((result) => sentence(chat, result)).join(" "));
  };
  dialog.append(el("form", {
    class: "forwarding",
    onchange: update,
    onsubmit: async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      send.disabled = true;
      await telling(problem, submit);
      update();
    },
  },
  el("p", { class: "hint" }, most === 1
    ? "This message has been forwarded many times, so it goes to one chat at a time." : `Up to ${MOST} chats.`),
  find,
  el("ul", { class: "targets" }, ...targets.map(({ element }) => element)),
  problem,
  send));
  update();
  dialog.showModal();
  find.focus();
  return dialog;
}

/**
 * @param {Chat} chat
 * @param {Room} room
 */
function canWrite({ directory, me, privacy }, room) {
  const other = room.type === "direct" ? directory.other(room) : undefined;
  return rightsIn(room, me).sends && !privacy.blocks(other);
}

/**
 * @param {Chat} chat
 * @param {Room} room
 */
function target({ directory }, room) {
  const title = directory.title(room);
  const face = new Face();
  face.update(title, directory.other(room) ?? -room.id, room.picture);
  const box = el("input", { type: "checkbox", id: `forward-${room.id}` });
  const label = el("label", { for: box.id }, face.element, el("span", { class: "name", dir: "auto" }, title));
  return { id: room.id, title, box, element: el("li", {}, label, box) };
}

/**
 * @param {Chat} chat
 * @param {import("../client/message-calls.js").Forwarded} result a refusal
 */
function sentence({ directory, rooms }, { conversation_id, problem, retry_after = 0 }) {
  const room = rooms.get(conversation_id);
  const { status = 500, code, detail } = problem ?? {};
  const reason = inWords({ status, code, detail, retryAfter: retry_after * 1_000 });
  return `${room ? directory.title(room) : "A chat"}: ${reason}`;
}
