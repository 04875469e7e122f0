// The dialog of a group: its members, and the actions that the user's role allows.

import { arrange, el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { actionsOn, rightsIn, roleOf } from "../client/rights.js";
import { membersCount } from "../client/text.js";
import { Face } from "./face.js";
import { bans, newMembers } from "./group-members.js";
import { groupSettings } from "./group-settings.js";
import { inviteLink } from "./invite-link.js";
import { memberActions } from "./member.js";
import { modal, telling } from "./modal.js";
import { sureButton } from "./sure.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 * @typedef {import("../client/api.js").Member} Member
 */

const RANKS = { owner: 0, admin: 1, member: 2 };

/**
 * @param {Chat} chat
 * @param {Room} room
 */
export function aboutGroup(chat, { id }) {
  const dialog = modal("");
  dialog.classList.add("drawer", "group");
  const heading = /** @type {HTMLElement} */ (dialog.querySelector("h2"));
  const face = new Face();
  const description = el("p", { class: "description", dir: "auto" });
  const number = el("p", { class: "hint" });
  const count = el("h3", { tabindex: -1 });
  const list = el("ul", { class: "members" });
  const problem = el("p", { class: "problem", role: "alert" });
  /** Takes the focus if the member whose button had it is removed. */
  const keepFocus = () => document.activeElement === document.body && count.focus();
  /** @type {Map<number, MemberRow>} */
  let rows = new Map();

  const settings = action("edit", "Group settings", () => groupSettings(chat, id));
  const add = action("plus", "Add people", () => newMembers(chat, id));
  const link = action("link", "Invite link", () => inviteLink(chat, id));
  const ban = action("refused", "Ban somebody, or lift a ban", () => bans(chat, id));
  const more = el("button", {
    class: "link", type: "button", onclick: () => telling(problem, () => chat.directory.loadMoreMembers(id)),
  }, "Show more members");
  const leave = sureButton("Leave", "Leave for good?", "leave", () =>
    telling(problem, () => chat.membership.leave(id)));
  const heir = el("p", { class: "hint" }, "If you leave, the longest-standing admin becomes the owner.");
  const remove = sureButton("Delete group", "Delete it for everybody?", "remove", () =>
    telling(problem, () => chat.administration.delete(id)));

  const render = () => {
    const room = chat.rooms.get(id);
    if (!room) return dialog.close();
    const title = chat.directory.title(room);
    const { isOwner, manages, edits, adds } = rightsIn(room, chat.me);
    setText(heading, title);
    face.update(title, -id, room.picture, () => chat.renewPictures());
    setText(description, room.description);
    setText(number, room.access === "open"
      ? `Room number ${id}: everybody who knows it can join.` : "Only invited people can join.");
    setText(count, membersCount(room.members_count));
    for (const [button, isAllowed] of /** @type {[HTMLElement, boolean][]} */ ([
      [settings, edits || manages], [add, adds], [link, manages], [ban, manages], [remove, isOwner],
      [heir, isOwner && room.members_count > 1], [more, chat.directory.hasMoreMembers(id)],
    ])) button.hidden = !isAllowed;
    const ranked = (/** @type {Member} */ one, /** @type {Member} */ other) =>
      RANKS[roleOf(room, one.user)] - RANKS[roleOf(room, other.user)];
    const members = chat.directory.members(id).toSorted(ranked);
    rows = new Map(members.map((member) =>
      [member.user, rows.get(member.user) ?? new MemberRow(chat, id, member, keepFocus)]));
    for (const member of members) rows.get(member.user)?.update(room, member);
    const hadFocus = list.contains(document.activeElement);
    arrange(list, [...rows.values()].map(({ element }) => element));
    if (hadFocus) keepFocus();
  };
  chat.addEventListener("change", render);
  dialog.addEventListener("close", () => chat.removeEventListener("change", render));
  dialog.append(
    el("div", { class: "about" }, face.element, el("div", {}, description, number)),
    el("div", { class: "choices" }, settings, add, link, ban),
    count,
    list,
    more,
    problem,
    heir,
    el("div", { class: "ends" }, leave, remove),
  );
  render();
  dialog.showModal();
}

/**
 * @param {Parameters<typeof icon>[0]} sign
 * @param {string} label
 * @param {() => void} onclick
 */
function action(sign, label, onclick) {
  return el("button", { class: "action", type: "button", onclick }, icon(sign), label);
}

/** A member, whose button keeps the focus while the list changes. */
class MemberRow {
  element;
  #chat;
  #role = el("span", { class: "role" });
  #presence = el("span", { class: "presence" });
  #button;

  /**
   * @param {Chat} chat
   * @param {number} room
   * @param {Member} member
   * @param {() => void} onclosed called after the dialog of the member
   */
  constructor(chat, room, { user, username }, onclosed) {
    this.#chat = chat;
    const face = new Face();
    face.update(username, user);
    this.#button = el("button", {
      class: "round", type: "button", "aria-label": `Change ${username}`,
      onclick: () => memberActions(chat, room, { user, username }).addEventListener("close", onclosed),
    }, icon("more"));
    this.element = el("li", {}, face.element,
      el("span", { class: "name", dir: "auto" }, username, user === chat.me && " (you)"),
      this.#role, this.#presence, this.#button);
  }

  /**
   * @param {Room} room
   * @param {Member} member
   */
  update(room, { user, online }) {
    const role = roleOf(room, user);
    setText(this.#role, role === "member" ? "" : role);
    set(this.#presence, "class", online ? "presence online" : "presence");
    // What the server does not say is not shown.
    this.#presence.hidden = online === null;
    setText(this.#presence, online === null ? "" : online ? "online" : "offline");
    this.#button.hidden = actionsOn(room, this.#chat.me, user).length === 0;
  }
}
