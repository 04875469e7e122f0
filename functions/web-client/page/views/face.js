// The picture of a room, or its first letter.

import { el } from "../dom.js";
import { avatar } from "./bubble.js";

/**
 * @typedef {Pick<import("../client/attachments.js").Attachment, "id" | "url" | "thumbnail_url">} Picture
 */

export class Face {
  element = el("span");
  /** The picture or the letter that is shown. */
  #shown = "";
  /** The link that could not be loaded: it has expired. The next list of rooms has a new one. */
  #failed = "";

  /**
   * @param {string} title
   * @param {number} id of a user, or minus that of a room
   * @param {Picture | null} [picture]
   * @param {() => void} [renew] fetches a new link
   */
  update(title, id, picture, renew) {
    const url = picture?.thumbnail_url ?? picture?.url;
    const fits = picture && url !== undefined && url !== this.#failed;
    // The same picture keeps its link, which differs in every list, so that it is loaded once.
    const shown = fits ? `picture ${picture.id}` : `letter ${title}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const onfail = () => {
      this.#failed = url ?? "";
      this.update(title, id, picture, renew);
      renew?.();
    };
    const element = fits ? el("img", { class: "avatar", alt: "", src: url, onerror: onfail }) : avatar(title, id);
    this.element.replaceWith(element);
    this.element = element;
  }
}
