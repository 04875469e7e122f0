// The bubble of a message, the divider between messages, and the avatar of a user or a room.

import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { split } from "../client/mentions.js";
import { calm, clock, parts } from "../client/text.js";
import { chips } from "./chips.js";

/**
 * @typedef {import("./media.js").Media} Media
 * @typedef {import("./content.js").Content} Content
 * @typedef {"sending" | "sent" | "delivered" | "read" | "refused"} State
 */

const STATES = {
  sending: "Sending", sent: "Sent", delivered: "Delivered to all", read: "Read by all", refused: "Not sent",
};
/** The icons of states that are not called like them: a read message has two ticks as a delivered one, in blue. */
const ICONS = /** @type {const} */ ({ sending: "clock", delivered: "read" });

/** A message, which keeps its element from sending to reading. */
export class Bubble {
  element;
  #state = el("span", { class: "state", role: "img" });
  #actions = el("div", { class: "actions", hidden: true });
  #sender = el("p", { class: "sender", dir: "auto" });
  #forwarded = el("p", { class: "forwarded" });
  #quote = el("div");
  #text = el("p", { class: "text", dir: "auto" });
  #edited = el("span", { hidden: true }, "Edited");
  #time = el("time");
  #menu = el("button", {
    class: "round menu-button", type: "button", tabindex: -1, "aria-label": "Message menu", "aria-haspopup": "menu",
    hidden: true,
  }, icon("more"));
  #reactions = el("div", { class: "reactions" });
  /** @type {Media[]} */
  #media;
  /** The content of each part, as JSON. @type {Map<HTMLElement, string>} */
  #shown = new Map();
  /** @type {State | null} */
  state = null;
  /** The version of the message, 0 before it is stored. */
  version = 0;

  /** @param {{user: number, mine: boolean, media: Media[]}} message */
  constructor({ user, mine, media }) {
    this.#media = media;
    this.#sender.style.setProperty("--hue", hue(user));
    this.element = el(
      "li",
      { class: mine ? "message mine" : "message" },
      el("div", { class: "beside" },
        el("div", { class: "bubble" },
          mine ? el("span", { class: "unseen" }, "You: ") : this.#sender,
          this.#forwarded,
          this.#quote,
          ...media.map(({ element }) => element),
          el("div", { class: "body" },
            this.#text,
            el("span", { class: "meta" }, this.#edited, this.#time, mine && this.#state))),
        this.#menu),
      this.#reactions,
      this.#actions,
    );
  }

  /**
   * @param {{state: State | null, follows: boolean, sender: string, at: string, content: Content, isSent: boolean}} now
   * `follows`: the message before it has the same sender; `isSent`: it has a menu
   */
  update({ state, follows, sender, at, content, isSent }) {
    this.element.classList.toggle("follows", follows);
    setText(this.#sender, sender);
    set(this.#time, "datetime", at);
    setText(this.#time, clock(at));
    this.#menu.hidden = !isSent;
    if (isSent && !this.element.hasAttribute("tabindex")) set(this.element, "tabindex", -1);
    this.#fill(content);
    if (state === this.state || state === null) return;
    this.state = state;
    set(this.#state, "data-state", state);
    set(this.#state, "aria-label", STATES[state]);
    this.#state.replaceChildren(icon(state === "sending" || state === "delivered" ? ICONS[state] : state));
  }

  /** @param {import("./media.js").Shown[]} shown the state of each picture and video */
  show(shown) {
    for (const media of this.#media.splice(shown.length)) media.end();
    this.#media.forEach((media, place) => media.show(shown[place]));
  }

  /** Forgets the content of a message that is gone. */
  end() {
    this.show([]);
  }

  /**
   * Shows why the server has refused the message, and the actions that are left.
   * @param {string | undefined} reason
   * @param {() => void} retry
   * @param {() => void} discard
   */
  refuse(reason, retry, discard) {
    if (this.#actions.hidden === !reason) return;
    this.#actions.hidden = !reason;
    this.#actions.replaceChildren(
      `Not sent. ${reason ?? ""} `,
      el("button", { class: "link", type: "button", onclick: retry }, "Try again"),
      el("button", { class: "link", type: "button", onclick: discard }, "Delete"),
    );
  }

  /** @param {Content} content */
  #fill({ text, isStub, names, mine, quote, isEdited, forwarded, reactions }) {
    this.#text.classList.toggle("stub", isStub);
    this.#edited.hidden = !isEdited;
    setText(this.#forwarded, forwarded);
    this.#replace(this.#text, [text, names, mine], () => parts(text).flatMap((part) =>
      (part.url ? [link(part.text)] : split(part.text, names).map((one) => mention(one, mine)))));
    this.#replace(this.#quote, quote, () => (quote ? [quoted(quote)] : []));
    this.#replace(this.#reactions, reactions, () => chips(reactions));
  }

  /**
   * Replaces a part if its content differs, so that selections and the focus stay in the others.
   * @param {HTMLElement} part
   * @param {unknown} content
   * @param {() => (string | HTMLElement)[]} make
   */
  #replace(part, content, make) {
    const shown = JSON.stringify(content);
    if (shown === this.#shown.get(part)) return;
    this.#shown.set(part, shown);
    const hadFocus = part.contains(document.activeElement);
    part.replaceChildren(...make());
    if (hadFocus) this.element.focus({ preventScroll: true });
  }
}

/** @param {string} text */
export function divider(text) {
  return el("li", { class: "divider" }, el("span", { dir: "auto" }, text));
}

/**
 * @param {string} name
 * @param {number} id
 */
export function avatar(name, id) {
  const element = el("span", { class: "avatar", "aria-hidden": "true" }, [...name.trim()][0]?.toUpperCase() ?? "");
  element.style.setProperty("--hue", hue(id));
  return element;
}

/**
 * Returns a colour that differs much between neighbouring ids. Rooms have negative ids here, so they differ from users.
 * @param {number} id
 */
function hue(id) {
  return String(Math.round((id * 137.508 + 80) % 360));
}

/** @param {string} address */
function link(address) {
  // Isolated, so that the text around an address does not change the order of its parts.
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, el("bdi", {}, calm(address)));
}

/**
 * @param {{text: string, name?: string}} part
 * @param {string} mine the mention that is the user's
 */
function mention({ text, name }, mine) {
  const shown = calm(text);
  return name === undefined ? shown : el("bdi", { class: name === mine ? "mention mine" : "mention" }, shown);
}

/** @param {import("./content.js").ShownQuote} quote */
function quoted({ id, name, text }) {
  const lines = [name !== "" && el("span", { class: "name", dir: "auto" }, name), el("span", { dir: "auto" }, text)];
  if (id === null) return el("p", { class: "quote" }, ...lines);
  return el("button", { class: "quote", type: "button", "data-message": id },
    el("span", { class: "unseen" }, "Answer to "), ...lines);
}
