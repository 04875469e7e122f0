// The line in place of the composer, in a room in which the user cannot write.

import { el, setText } from "../dom.js";
import { telling } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/rooms.js").Room} Room
 */

export class Closed {
  element;
  #chat;
  #text = el("p");
  #problem = el("p", { class: "problem", role: "alert" });
  #unblock;
  /** @type {number | undefined} */
  #other;

  /** @param {Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    const unblock = () => telling(this.#problem, async () => {
      if (this.#other !== undefined) await chat.privacy.unblock(this.#other);
    });
    this.#unblock = el("button", { class: "link", type: "button", onclick: unblock }, "Unblock");
    this.element = el("div", { class: "closed" }, this.#text, this.#unblock, this.#problem);
  }

  /**
   * @param {Room} room
   * @returns {boolean} whether the user cannot write in the room
   */
  render(room) {
    const { directory, privacy } = this.#chat;
    this.#other = room.type === "direct" ? directory.other(room) : undefined;
    const isBlocked = privacy.blocks(this.#other);
    const onlyAdmins = room.only_admins.send && room.role === "member";
    this.element.hidden = !isBlocked && !onlyAdmins;
    this.#unblock.hidden = !isBlocked;
    setText(this.#text, isBlocked ? `You have blocked ${directory.title(room)}.`
      : onlyAdmins ? "Only admins can write here." : "");
    if (!isBlocked) setText(this.#problem, "");
    return !this.element.hidden;
  }
}
