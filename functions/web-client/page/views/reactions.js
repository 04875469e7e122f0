// The dialogs that choose a reaction, and that show who has reacted.

import { Failure } from "../client/call.js";
import { arrange, el, setText } from "../dom.js";
import { emojiIn } from "../client/reactions.js";
import { avatar } from "./bubble.js";
import { nameIn } from "./content.js";
import { messageDialog } from "./gone.js";
import { choice, telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 */

/** In characters; an emoji may be composed of several. */
const LONGEST = 32;

/**
 * @param {Chat} chat
 * @param {Message} message
 */
export function react(chat, message) {
  const { dialog } = messageDialog(chat, message, "React");
  const fields = /** @type {Parameters<typeof choice>[1]} */ ([["Emoji", "emoji", { maxlength: LONGEST }]]);
  dialog.append(choice("Any emoji", fields, "React", async ([typed]) => {
    const emoji = emojiIn(typed);
    if (emoji === null) throw new Failure(400, "invalid_request", "Please write one emoji.");
    await chat.revisions.react(message, emoji);
    dialog.close();
  }));
  dialog.showModal();
  return dialog;
}

/**
 * @param {Chat} chat
 * @param {Message} message
 */
export function reactionList(chat, message) {
  const { dialog, signal } = messageDialog(chat, message, "Reactions");
  const problem = el("p", { class: "problem", role: "alert" });
  const list = el("ul", { class: "members" });
  const remove = el("button", {
    class: "link", type: "button", onclick: () => telling(problem, () => chat.revisions.react(message, null)),
  }, "Remove");
  /** @type {{user: number, emoji: string}[]} */
  let all = [];
  /** The reactions for which the list was fetched, as JSON. */
  let known = "";
  const row = (/** @type {{user: number, emoji: string}} */ { user, emoji }) => el("li", {},
    avatar(chat.directory.name(user), user), el("span", { class: "name", dir: "auto" }, nameIn(chat, user)),
    user === chat.me && remove, el("span", { class: "emoji" }, emoji));
  const render = () => {
    const now = chat.timeline(message.conversation)?.get(message.id)?.reactions ?? [];
    if (now.length === 0) return dialog.close();
    arrange(list, all.map(row));
    if (JSON.stringify(now) === known) return;
    known = JSON.stringify(now);
    void telling(problem, fetch);
  };
  const fetch = async () => {
    const fetched = await chat.revisions.reactions(message);
    all = [...fetched.filter(({ user }) => user === chat.me), ...fetched.filter(({ user }) => user !== chat.me)];
    setText(problem, "");
    if (!signal.aborted) render();
    await chat.directory.learn(message.conversation, all.map(({ user }) => user));
  };
  chat.addEventListener("change", render, { signal });
  dialog.append(list, problem);
  dialog.showModal();
  render();
  return dialog;
}
