// The dialog that shows who has received and read an own message.

import { arrange, el, setText } from "../dom.js";
import { moment } from "../client/text.js";
import { avatar } from "./bubble.js";
import { nameIn } from "./content.js";
import { messageDialog } from "./gone.js";
import { telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 * @typedef {import("../client/message-calls.js").Receipt} Receipt
 */

/**
 * @param {Chat} chat
 * @param {Message} message
 */
export function messageInfo(chat, message) {
  const { dialog, signal } = messageDialog(chat, message, "Message info");
  const problem = el("p", { class: "problem", role: "alert" });
  const nobody = el("p", { class: "hint", hidden: true }, "Nobody else was here.");
  const list = el("ul", { class: "members" });
  const more = el("button", { class: "link", type: "button", hidden: true, onclick: () => show(true) }, "Show more");
  /** @type {Receipt[]} */
  let all = [];
  /** The state of the message for which the list was fetched. */
  let known = "";
  const now = () => chat.timeline(message.conversation)?.get(message.id) ?? message;
  const render = () => {
    arrange(list, all.map((receipt) => row(chat, receipt)));
    nobody.hidden = all.length > 0 || known === "";
  };
  const fetch = async (/** @type {boolean} */ next) => {
    const page = await chat.receipts.of(message, next ? all.at(-1)?.user : undefined);
    all = next ? [...all, ...page.receipts] : page.receipts;
    more.hidden = !page.more;
    if (signal.aborted) return;
    render();
    await chat.directory.learn(message.conversation, all.map(({ user }) => user));
  };
  const show = (/** @type {boolean} */ next) => void telling(problem, () => fetch(next));
  const look = () => {
    const { version } = now();
    const state = `${version} ${chat.rooms.marks.moves(message.conversation)}`;
    if (state === known) return render();
    known = state;
    show(false);
  };
  chat.addEventListener("change", look, { signal });
  dialog.append(nobody, list, more, problem);
  dialog.showModal();
  look();
  return dialog;
}

/** @param {Chat} chat @param {Receipt} receipt */
function row(chat, { user, delivered_at, read_at }) {
  const lines = [read_at && `Read ${moment(read_at)}`, delivered_at && `Delivered ${moment(delivered_at)}`];
  const shown = lines.filter(Boolean).join(", ") || "Not delivered yet";
  const time = el("span", { class: "detail" });
  setText(time, shown);
  return el("li", {}, avatar(chat.directory.name(user), user),
    el("span", { class: "name", dir: "auto" }, nameIn(chat, user)), time);
}
