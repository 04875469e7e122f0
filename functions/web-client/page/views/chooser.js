// The button that opens the browser's dialog for files.

import { TYPES } from "../client/attachments.js";
import { el } from "../dom.js";
import { icon } from "../icons.js";

/** @param {(files: Iterable<File>) => void} onchoose */
export function fileChooser(onchoose) {
  const chooser = el("input", {
    type: "file", accept: TYPES.join(), multiple: true, hidden: true, "aria-label": "Photos and videos",
    onchange: () => {
      onchoose(chooser.files ?? []);
      // Without this, choosing the same file again would not be a change.
      chooser.value = "";
    },
  });
  const label = "Attach photos or videos";
  return el("div", {}, chooser,
    el("button", { class: "round", type: "button", "aria-label": label, onclick: () => chooser.click() },
      icon("attach")));
}
