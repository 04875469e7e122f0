// The bubble of a message, the divider between messages, and the avatar of a user or a room.

import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { calm, clock, parts } from "../text.js";

/**
 * @typedef {import("./media.js").Media} Media
 * @typedef {"sending" | "sent" | "read" | "refused"} State
 */

const STATES = { sending: "Sending", sent: "Sent", read: "Read by all", refused: "Not sent" };

/** A message, which keeps its element from sending to reading. */
export class Bubble {
  element;
  #state = el("span", { class: "state", role: "img" });
  #actions = el("div", { class: "actions", hidden: true });
  #sender = el("p", { class: "sender", dir: "auto" });
  #time = el("time");
  /** @type {Media[]} */
  #media;
  /** @type {State | null} */
  state = null;

  /** @param {{text: string, user: number, mine: boolean, media: Media[]}} message */
  constructor({ text, user, mine, media }) {
    this.#media = media;
    this.#sender.style.setProperty("--hue", hue(user));
    this.element = el(
      "li",
      { class: mine ? "message mine" : "message" },
      el("div", { class: "bubble" },
        mine ? el("span", { class: "unseen" }, "You: ") : this.#sender,
        ...media.map(({ element }) => element),
        el("div", { class: "body" },
          el("p", { class: "text", dir: "auto" }, ...parts(text).map(linked)),
          el("span", { class: "meta" }, this.#time, mine && this.#state))),
      this.#actions,
    );
  }

  /**
   * @param {{state: State | null, follows: boolean, sender: string, at: string}} now `follows`: the message before
   * it has the same sender
   */
  update({ state, follows, sender, at }) {
    this.element.classList.toggle("follows", follows);
    setText(this.#sender, sender);
    set(this.#time, "datetime", at);
    setText(this.#time, clock(at));
    if (state === this.state || state === null) return;
    this.state = state;
    set(this.#state, "data-state", state);
    set(this.#state, "aria-label", STATES[state]);
    this.#state.replaceChildren(icon(state === "sending" ? "clock" : state));
  }

  /** @param {import("./media.js").Shown[]} shown the state of each picture and video */
  show(shown) {
    this.#media.forEach((media, place) => shown[place] && media.show(shown[place]));
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

/** @param {{text: string, url: boolean}} part */
function linked({ text, url }) {
  const shown = calm(text);
  // Isolated, so that the text around an address does not change the order of its parts.
  return url ? el("a", { href: text, target: "_blank", rel: "noopener noreferrer" }, el("bdi", {}, shown)) : shown;
}
