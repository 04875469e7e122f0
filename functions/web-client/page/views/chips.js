// The reactions below a bubble.

import { el } from "../dom.js";

/**
 * @param {import("../client/timeline.js").Reaction[]} reactions
 * @returns {HTMLElement[]} buttons, which open the list of names
 */
export function chips(reactions) {
  return reactions.map(({ emoji, count, mine }) => el("button", {
    class: mine ? "chip mine" : "chip", type: "button", "aria-haspopup": "dialog",
    "aria-label": `${emoji} ${count}${mine ? ", including yours" : ""}`,
  }, emoji, count > 1 && el("span", {}, String(count))));
}
