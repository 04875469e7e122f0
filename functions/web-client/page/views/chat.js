// The window: the list of conversations beside the open one. The address names the open one, so that a reload keeps it
// and the browser's "back" closes it.

import { summary } from "../client/attachments.js";
import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { Conversation } from "./conversation.js";
import { newConversation } from "./dialogs.js";
import { InvitationList } from "./invitations.js";
import { News } from "./news.js";
import { RoomList } from "./rooms.js";
import { settings } from "./settings.js";

/**
 * @typedef {import("../client/timeline.js").Message} Message
 */

/**
 * @param {import("../client/chat.js").Chat} chat
 * @param {() => void} logOut
 */
export function chatView(chat, logOut) {
  const open = (/** @type {number} */ room) => (location.hash = `#${room}`);
  const begin = () => newConversation(chat, open);
  const list = new RoomList(chat);
  const invitations = new InvitationList(chat, open);
  const news = new News();
  const conversation = new Conversation(chat, () => (location.hash = ""));
  const heading = el("h2");
  const start = el("button", { class: "primary", type: "button", onclick: begin }, "Start a conversation");
  const nothing = el("div", { class: "nothing" }, icon("chats"), heading, start);
  const offline = el("p", { class: "offline", role: "status" });
  const here = el("button", { class: "link", type: "button", onclick: () => chat.resume() }, "Use it here");
  const replaced = el("p", { class: "offline", role: "status" });
  const spoken = el("div", { class: "unseen", "aria-live": "polite" });
  const view = el(
    "main",
    { class: "window" },
    el("h1", { class: "unseen" }, "Chat"),
    el("div", { class: "bars" }, offline, replaced, news.element),
    el(
      "nav",
      { class: "sidebar", "aria-label": "Conversations" },
      el("header", {},
        el("h2", {}, "Chats"),
        el("button", { class: "round", type: "button", "aria-label": "New conversation", onclick: begin },
          icon("plus"))),
      el("div", { class: "chats" }, invitations.element, list.element),
      el("footer", {},
        el("span", { class: "me", dir: "auto" }, chat.directory.name(chat.me)),
        el("button", { class: "link", type: "button", onclick: () => settings(chat) }, "Settings"),
        el("button", { class: "link", type: "button", onclick: logOut }, "Log out")),
    ),
    conversation.element,
    nothing,
    spoken,
  );

  /** The room that the address names. @type {number | null} */
  let named = null;
  /** The same room, if the user is known to be a member. @type {number | null} */
  let shown = null;
  /** The message that was spoken last. @type {Message | null} */
  let last = null;

  const render = () => {
    const before = shown;
    shown = named !== null && chat.rooms.get(named) ? named : null;
    // The user has left the open room, here or in another window.
    if (before !== null && before === named && shown === null) location.hash = "";
    const waiting = chat.rooms.unread + chat.invitations.list().length;
    document.title = waiting > 0 ? `(${waiting}) Chat` : "Chat";
    const isOffline = chat.offline && !chat.replaced;
    setText(offline, isOffline ? "You are offline. What you write is sent when you are back." : "");
    if (chat.replaced !== replaced.hasChildNodes()) {
      replaced.replaceChildren(...(chat.replaced ? ["The chat is open in too many windows. ", here] : []));
    }
    if (last && isEdited(chat, last)) setText(spoken, "");
    setText(heading, chat.rooms.list().length > 0 ? "Choose a conversation" : "Nobody here yet");
    nothing.hidden = shown !== null || !chat.ready;
    conversation.element.hidden = shown === null;
    set(view, "data-room", shown);
    invitations.render();
    list.render(shown);
    if (shown !== null && shown !== before) conversation.show(shown);
    else conversation.render();
    if (shown !== null && shown !== before) conversation.focus();
    if (shown === null && before !== null) list.focus(before);
  };

  const navigate = () => {
    const room = Number(/^#(\d+)$/.exec(location.hash)?.[1] ?? 0);
    named = room > 0 ? room : null;
    chat.look(named);
    render();
  };

  const { signal } = chat;
  chat.addEventListener("change", render, { signal });
  chat.addEventListener("message", (event) => {
    const message = /** @type {CustomEvent<Message>} */ (event).detail;
    const { conversation, sender } = message;
    last = message;
    const room = chat.rooms.get(conversation);
    const place = room && chat.directory.other(room) === undefined ? ` in ${chat.directory.title(room)}` : "";
    setText(spoken, `${chat.directory.name(sender)}${place}: ${summary(message)}`);
  }, { signal });
  chat.addEventListener("gone", (event) => {
    if (/** @type {CustomEvent<Message>} */ (event).detail.id === last?.id) setText(spoken, "");
  }, { signal });
  chat.addEventListener("notice", (event) => news.add(/** @type {CustomEvent<string>} */ (event).detail), { signal });
  document.addEventListener("visibilitychange", render, { signal });
  addEventListener("pagehide", () => conversation.leave(), { signal });
  addEventListener("hashchange", navigate, { signal });
  // A file that is dropped beside a conversation would replace the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault(), { signal });
  navigate();
  return view;
}

/**
 * Returns whether a message has another text now.
 * @param {import("../client/chat.js").Chat} chat
 * @param {Message} message
 */
function isEdited(chat, { conversation, id, text }) {
  const known = chat.timeline(conversation)?.get(id) ?? chat.rooms.get(conversation)?.last_message;
  return known?.id === id && known.text !== text;
}
