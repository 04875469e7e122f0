// One room: its head, its messages, and the place to write.

import { attachmentsOf, kindOf } from "../attachments.js";
import { arrange, el, setText } from "../dom.js";
import { icon } from "../icons.js";
import { day, typists } from "../text.js";
import { Bubble, avatar, divider } from "./bubble.js";
import { Composer } from "./composer.js";
import { aboutRoom } from "./dialogs.js";
import { Media } from "./media.js";

/** Pixels from an end of the list that still count as being there. */
const NEAR_END = 80;
const NEAR_START = 400;
/** Messages further apart begin anew. */
const PAUSE = 10 * 60_000;

/**
 * @typedef {import("../chat.js").Chat} Chat
 * @typedef {import("../rooms.js").Room} Room
 * @typedef {{key: string, text: string, user: number, at: string, sequence: number,
 *   state: () => import("./bubble.js").State | null, media: import("./media.js").Shown[],
 *   unsent?: import("../outbox.js").Unsent}} Entry
 */

export class Conversation {
  element;
  #chat;
  /** @type {number | null} */
  #room = null;
  #face = el("span");
  #title = el("h2", { id: "conversation-title", tabindex: -1, dir: "auto" });
  #subtitle = el("p", { class: "subtitle" });
  #list = el("ol");
  #scroller = el("div", { class: "messages", tabindex: 0, role: "region", "aria-label": "Messages" }, this.#list);
  #toEnd;
  #composer;
  /** Bubbles and dividers by key, so that what is shown again is the same element. @type {Map<string, any>} */
  #shown = new Map();
  #atEnd = true;
  /** The sequence of the first message that was unread when the room was opened. @type {number | null | undefined} */
  #unreadFrom;

  /**
   * @param {Chat} chat
   * @param {() => void} back
   */
  constructor(chat, back) {
    this.#chat = chat;
    this.#composer = new Composer(chat, () => this.#scrollToEnd());
    this.#toEnd = el(
      "button",
      { class: "round to-end", type: "button", "aria-label": "To the newest message", onclick: () => this.#scrollToEnd() },
      icon("down"),
    );
    const about = () => {
      const room = this.#room === null ? undefined : chat.rooms.get(this.#room);
      if (room) aboutRoom(chat, room);
    };
    this.element = el(
      "section",
      { class: "conversation", "aria-labelledby": "conversation-title" },
      el("header", {},
        el("button", { class: "round back", type: "button", "aria-label": "Back to all conversations", onclick: back },
          icon("back")),
        this.#face,
        el("div", { class: "heading" }, this.#title, this.#subtitle),
        el("button", { class: "round", type: "button", "aria-label": "Members and details", onclick: about },
          icon("people"))),
      el("div", { class: "middle" }, this.#scroller, this.#toEnd),
      this.#composer.element,
    );
    this.#scroller.addEventListener("scroll", () => this.#scrolled());
    this.element.addEventListener("drop", ({ dataTransfer }) => dataTransfer && this.#composer.attach(dataTransfer.files));
    // The list becomes lower when the text being written, or a phone's keyboard, needs its place.
    new ResizeObserver(() => this.#atEnd && this.#scrollToEnd()).observe(this.#scroller);
  }

  /** @param {number} room */
  show(room) {
    this.#room = room;
    this.#shown.clear();
    this.#list.replaceChildren();
    this.#unreadFrom = undefined;
    this.#atEnd = true;
    this.#composer.show(room);
    this.render();
  }

  focus() {
    if (matchMedia("(max-width: 720px)").matches) this.#title.focus();
    else this.#composer.focus();
  }

  render() {
    const room = this.#room === null ? undefined : this.#chat.rooms.get(this.#room);
    if (!room) return;
    this.#renderHead(room);
    this.#renderMessages(room);
    if (this.#atEnd && !document.hidden) void this.#chat.seen(room.id);
  }

  /** @param {Room} room */
  #renderHead(room) {
    const title = this.#chat.directory.title(room);
    if (this.#title.textContent !== title) {
      const face = avatar(title, this.#chat.directory.other(room) ?? -room.id);
      this.#face.replaceWith(face);
      this.#face = face;
      setText(this.#title, title);
    }
    const typing = typists(this.#chat.typists(room.id));
    this.#subtitle.classList.toggle("typing", typing !== "");
    setText(this.#subtitle, typing || this.#presence(room));
  }

  /** @param {Room} room */
  #presence(room) {
    const others = this.#chat.directory.members(room.id).filter(({ user }) => user !== this.#chat.me);
    if (this.#chat.directory.other(room) !== undefined) return others[0]?.online ? "online" : "";
    const online = others.filter((member) => member.online).length;
    const members = `${room.members.length} ${room.members.length === 1 ? "member" : "members"}`;
    return online > 0 ? `${members}, ${online + 1} online` : members;
  }

  /** @param {Room} room */
  #renderMessages(room) {
    const timeline = this.#chat.timeline(room.id);
    const messages = timeline?.loaded ? timeline.messages : [];
    const isFirst = this.#unreadFrom === undefined && timeline?.loaded;
    if (isFirst) {
      const last = messages.at(-1)?.sequence ?? 0;
      this.#unreadFrom = room.unread > 0 ? last - room.unread + 1 : null;
    }
    const anchor = this.#anchor();
    arrange(this.#list, this.#rows(room, messages));
    if (isFirst) this.#scrollToUnread();
    else if (this.#atEnd) this.#scrollToEnd();
    else if (anchor) this.#scroller.scrollTop += anchor.element.offsetTop - anchor.top;
    this.#scrolled();
  }

  /** What stays where it is while something is put above it. */
  #anchor() {
    const rows = /** @type {HTMLCollectionOf<HTMLElement>} */ (this.#list.children);
    const element = [...rows].find((row) => row.offsetTop + row.offsetHeight > this.#scroller.scrollTop);
    return element && { element, top: element.offsetTop };
  }

  /**
   * @param {Room} room
   * @param {import("../timeline.js").Message[]} messages
   */
  #rows(room, messages) {
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
    for (const entry of this.#entries(room, messages)) {
      const today = day(entry.at);
      if (!previous || day(previous.at) !== today) {
        rows.push(keep(`day ${today}`, () => divider(today)));
        previous = null;
      }
      if (entry.sequence === this.#unreadFrom) {
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
   * @param {Bubble} bubble
   * @param {Entry} entry
   * @param {Entry | null} previous
   */
  #update(bubble, { user, at, state, media, unsent }, previous) {
    const follows = previous?.user === user && Date.parse(at) - Date.parse(previous.at) < PAUSE;
    // Whoever has read a message has read it.
    bubble.update({ state: bubble.state === "read" ? "read" : state(), follows, sender: this.#chat.directory.name(user), at });
    bubble.show(media);
    const chat = this.#chat;
    bubble.refuse(unsent?.refused, () => unsent && chat.outgoing.retry(unsent), () => unsent && chat.outgoing.discard(unsent));
  }

  /**
   * What is sent and, after it, what is not.
   * @param {Room} room
   * @param {import("../timeline.js").Message[]} messages
   * @returns {Entry[]}
   */
  #entries(room, messages) {
    const { me, rooms } = this.#chat;
    /** @type {Map<string, number>} the last of my messages that was called so */
    const called = new Map();
    for (const { sender, client_id, id } of messages) if (sender === me && client_id) called.set(client_id, id);
    const sent = messages.map((message) => ({
      // The same as that of the unsent one which it was.
      key: called.get(message.client_id ?? "") === message.id ? `mine ${message.client_id}` : `id ${message.id}`,
      text: message.text,
      user: message.sender,
      at: message.created_at,
      sequence: message.sequence,
      media: attachmentsOf(message).map(({ kind, attachment }) => ({
        kind, ...attachment, renew: () => void this.#chat.renew(message),
      })),
      state: () => (message.sender !== me ? null : rooms.isReadByAll(message) ? /** @type {const} */ ("read") : "sent"),
    }));
    const unsent = this.#chat.outgoing.of(room.id).filter(({ client_id }) => !called.has(client_id));
    return [
      ...sent,
      ...unsent.map((unsent) => ({
        key: `mine ${unsent.client_id}`,
        text: unsent.text,
        user: me,
        at: new Date(unsent.at).toISOString(),
        sequence: 0,
        media: this.#unsentMedia(unsent),
        state: () => (unsent.refused ? /** @type {const} */ ("refused") : "sending"),
        unsent,
      })),
    ];
  }

  /**
   * @param {import("../outbox.js").Unsent} unsent
   * @returns {import("./media.js").Shown[]}
   */
  #unsentMedia(unsent) {
    const { file } = unsent;
    if (!file) return [];
    const chat = this.#chat;
    return [{
      kind: kindOf(file.type), name: file.name, size: file.size, refused: unsent.refused !== undefined,
      unkept: file.unkept === true, progress: chat.outgoing.progress(unsent), file: () => chat.outgoing.file(unsent),
      cancel: () => chat.outgoing.discard(unsent),
    }];
  }

  #scrollToUnread() {
    const line = this.#shown.get("unread");
    this.#scrollToEnd();
    if (line) this.#scroller.scrollTop = Math.min(this.#scroller.scrollTop, line.offsetTop);
  }

  #scrollToEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const wasAtEnd = this.#atEnd;
    this.#atEnd = scrollHeight - clientHeight - scrollTop < NEAR_END;
    this.#toEnd.hidden = this.#atEnd;
    if (this.#room === null) return;
    if (scrollTop < NEAR_START && this.#chat.timeline(this.#room)?.hasOlder) void this.#chat.loadOlder(this.#room);
    if (this.#atEnd && !wasAtEnd) void this.#chat.seen(this.#room);
  }
}
