// The dialog that shows a picture in full.

import { el, set, setText } from "../dom.js";
import { modal } from "./modal.js";

/**
 * Opens the dialog. `show` sets the picture.
 * @param {string} name
 * @param {() => void} onfail the picture could not be loaded
 */
export function lightbox(name, onfail) {
  const dialog = modal(name);
  dialog.classList.add("lightbox");
  const problem = el("p", { class: "problem", role: "alert" });
  const image = el("img", {
    alt: name, onload: () => setText(problem, ""), onerror: () => {
      setText(problem, "The picture cannot be loaded now.");
      onfail();
    },
  });
  const link = el("a", { target: "_blank", rel: "noopener noreferrer" }, "Open in a new tab");
  dialog.append(image, problem, link);
  dialog.showModal();
  return {
    close: () => dialog.close(),
    /** @param {string} url */
    show(url) {
      set(image, "src", url);
      set(link, "href", url);
    },
  };
}
