// The window: the list of conversations beside the open one. The address names the open one, so that a reload keeps it
// and the browser's "back" closes it.

import { summary } from "../attachments.js";
import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { Conversation } from "./conversation.js";
import { newConversation } from "./dialogs.js";
import { RoomList } from "./rooms.js";

/**
 * @param {import("../chat.js").Chat} chat
 * @param {() => void} logOut
 */
export function chatView(chat, logOut) {
  const begin = () => newConversation(chat, (room) => (location.hash = `#${room}`));
  const list = new RoomList(chat);
  const conversation = new Conversation(chat, () => (location.hash = ""));
  const heading = el("h2");
  const invitation = el("button", { class: "primary", type: "button", onclick: begin }, "Start a conversation");
  const nothing = el("div", { class: "nothing" }, icon("chats"), heading, invitation);
  const offline = el("p", { class: "offline", role: "status" });
  const spoken = el("div", { class: "unseen", "aria-live": "polite" });
  const view = el(
    "main",
    { class: "window" },
    el("h1", { class: "unseen" }, "Chat"),
    offline,
    el(
      "nav",
      { class: "sidebar", "aria-label": "Conversations" },
      el("header", {},
        el("h2", {}, "Chats"),
        el("button", { class: "round", type: "button", "aria-label": "New conversation", onclick: begin },
          icon("plus"))),
      list.element,
      el("footer", {},
        el("span", { class: "me", dir: "auto" }, chat.directory.name(chat.me)),
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

  const render = () => {
    const before = shown;
    shown = named !== null && chat.rooms.get(named) ? named : null;
    // The user has left the open room, here or in another window.
    if (before !== null && before === named && shown === null) location.hash = "";
    const unread = chat.rooms.unread;
    document.title = unread > 0 ? `(${unread}) Chat` : "Chat";
    setText(offline, chat.offline ? "You are offline. What you write is sent when you are back." : "");
    setText(heading, chat.rooms.list().length > 0 ? "Choose a conversation" : "Nobody here yet");
    nothing.hidden = shown !== null || !chat.ready;
    conversation.element.hidden = shown === null;
    set(view, "data-room", shown);
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
    const message = /** @type {CustomEvent<import("../timeline.js").Message>} */ (event).detail;
    const { conversation, sender } = message;
    const room = chat.rooms.get(conversation);
    const place = room && chat.directory.other(room) === undefined ? ` in ${chat.directory.title(room)}` : "";
    setText(spoken, `${chat.directory.name(sender)}${place}: ${summary(message)}`);
  }, { signal });
  document.addEventListener("visibilitychange", render, { signal });
  addEventListener("hashchange", navigate, { signal });
  // A file that is dropped beside a conversation would replace the page.
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault(), { signal });
  navigate();
  return view;
}
