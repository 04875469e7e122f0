// The invitations above the list of conversations.

import { Failure } from "../client/call.js";
import { arrange, el, setText } from "../dom.js";
import { membersCount } from "../client/text.js";
import { Face } from "./face.js";

/** The invitations that are shown before the user asks for all. */
const FEW = 3;

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/invitations.js").Invitation} Invitation
 */

export class InvitationList {
  element;
  #chat;
  #open;
  #count = el("span", { class: "count" });
  #list = el("ul");
  #more = el("button", { class: "link", type: "button", onclick: () => this.#showAll() });
  #showsAll = false;
  /** @type {Map<number, HTMLElement>} */
  #rows = new Map();

  /**
   * @param {Chat} chat
   * @param {(room: number) => void} open
   */
  constructor(chat, open) {
    this.#chat = chat;
    this.#open = open;
    this.element = el("section", { class: "invitations", "aria-labelledby": "invitations-title" },
      el("h3", { id: "invitations-title" }, "Invitations ", this.#count), this.#list, this.#more);
  }

  render() {
    const invitations = this.#chat.invitations.list();
    this.element.hidden = invitations.length === 0;
    setText(this.#count, String(invitations.length));
    const shown = this.#showsAll ? invitations : invitations.slice(0, FEW);
    this.#rows = new Map(shown.map((invitation) => {
      const { conversation } = invitation;
      return [conversation, this.#rows.get(conversation) ?? this.#row(invitation)];
    }));
    arrange(this.#list, [...this.#rows.values()]);
    this.#more.hidden = shown.length === invitations.length;
    setText(this.#more, `Show all ${invitations.length} invitations`);
  }

  /** @param {Invitation} invitation */
  #row({ conversation, name, picture, members_count, invited_by }) {
    const face = new Face();
    face.update(name, -conversation, picture);
    const answer = (/** @type {boolean} */ accept) => async () => {
      for (const button of buttons) button.disabled = true;
      try {
        await this.#chat.invitations.answer(conversation, accept);
        if (accept) this.#open(conversation);
        else this.#focusNext(row);
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        this.#chat.notify(failure.message);
        for (const button of buttons) button.disabled = false;
      }
    };
    const button = (/** @type {string} */ label, /** @type {boolean} */ accept) =>
      el("button", {
        class: accept ? "primary" : "link", type: "button", "aria-label": `${label} the invitation to ${name}`,
        onclick: answer(accept),
      }, label);
    const buttons = [button("Decline", false), button("Accept", true)];
    const row = el("li", {}, face.element,
      el("p", {}, el("bdi", { class: "title" }, name),
        el("span", { class: "hint" },
          el("bdi", {}, invited_by.username), ` invites you · ${membersCount(members_count)}`)),
      el("div", { class: "answers" }, ...buttons));
    return row;
  }

  /**
   * Moves the focus from an invitation that has gone to one that is left, or to the list of conversations.
   * @param {HTMLElement} gone
   */
  #focusNext(gone) {
    gone.remove();
    const next = this.#list.querySelector("button:enabled") ?? this.element.nextElementSibling?.querySelector("a");
    if (next instanceof HTMLElement) next.focus();
  }

  #showAll() {
    this.#showsAll = true;
    this.render();
    this.#list.querySelectorAll("button")[2 * FEW]?.focus();
  }
}
