// A picture or a video in a bubble. It takes the same space before, during and after its upload.

import { RENEW_AGAIN_AFTER, sizeOf } from "../client/attachments.js";
import { el, set, setText } from "../dom.js";
import { icon } from "../icons.js";
import { lightbox } from "./lightbox.js";

/**
 * @typedef {object} Shown
 * @property {import("../client/attachments.js").Kind} kind
 * @property {string} name
 * @property {number} size
 * @property {string} [url] after it is sent
 * @property {string} [thumbnail_url]
 * @property {string} [expires_at] end of the links
 * @property {() => void} [renew] fetches new links
 * @property {() => Promise<Blob | undefined>} [file] before it is sent
 * @property {number} [progress] of the upload, from 0 to 1
 * @property {boolean} [refused]
 * @property {boolean} [unkept] a reload loses it
 * @property {() => void} [cancel]
 */

export class Media {
  element;
  /** @type {HTMLImageElement | HTMLVideoElement} */
  #view;
  #open;
  #progress = el("progress", { max: 1 });
  #note = el("span", { class: "note" });
  #cancel;
  #waiting;
  /** @type {Shown} */
  #shown;
  /** The URL of the file in this browser, until it is sent. @type {string | null} */
  #local = null;
  #asked = false;
  #failing = false;
  #renewedAt = 0;
  /** @type {ReturnType<typeof lightbox> | null} */
  #lightbox = null;

  /** @param {Shown} shown */
  constructor(shown) {
    this.#shown = shown;
    const { kind, name } = shown;
    const failed = { onerror: () => this.#failed() };
    this.#open = el("button", { type: "button", "aria-label": `Open ${name}`, onclick: () => this.#look() });
    if (kind === "picture") {
      this.#view = el("img", { alt: name, loading: "lazy", decoding: "async", ...failed });
      this.#open.append(this.#view);
    } else {
      this.#view = el("video", {
        controls: true, playsinline: true, preload: "metadata", "aria-label": name, ...failed,
      });
    }
    this.#cancel = el("button", {
      class: "round", type: "button", "aria-label": `Do not send ${name}`, onclick: () => this.#shown.cancel?.(),
    }, icon("close"));
    set(this.#progress, "aria-label", `Upload of ${name}`);
    this.#waiting = el("div", { class: "waiting" }, this.#progress, this.#note, this.#cancel);
    this.element = el("div", { class: `media ${kind}` }, kind === "picture" ? this.#open : this.#view, this.#waiting);
  }

  /** @param {Shown} shown */
  show(shown) {
    this.#shown = shown;
    this.#open.disabled = shown.url === undefined;
    this.#waiting.hidden = shown.url !== undefined || shown.refused === true;
    this.#cancel.hidden = shown.progress === undefined;
    if (shown.url !== undefined) return this.#showLinks(shown.thumbnail_url ?? shown.url, shown.expires_at ?? "");
    // Without a value the bar shows that the progress is unknown.
    if (shown.progress === undefined) this.#progress.removeAttribute("value");
    else this.#progress.value = shown.progress;
    setText(this.#note, shown.unkept ? "Keep this page open" : sizeOf(shown.size));
    void this.#showFile();
  }

  /** Removes it, because its message is gone. */
  end() {
    this.#lightbox?.close();
    if (this.#local) URL.revokeObjectURL(this.#local);
    this.#view.removeAttribute("src");
    this.element.remove();
  }

  /**
   * @param {string} url
   * @param {string} expires
   */
  #showLinks(url, expires) {
    if (this.#view.getAttribute("src") === url) return this.#failing ? this.#renew() : undefined;
    if (Date.parse(expires) <= Date.now()) return this.#renew();
    if (this.#local) URL.revokeObjectURL(this.#local);
    this.#local = null;
    this.#failing = false;
    const time = this.#view instanceof HTMLVideoElement ? this.#view.currentTime : 0;
    this.#view.src = url;
    if (this.#view instanceof HTMLVideoElement) this.#view.currentTime = time;
    if (this.#shown.url) this.#lightbox?.show(this.#shown.url);
  }

  async #showFile() {
    if (this.#asked) return;
    this.#asked = true;
    const file = await this.#shown.file?.();
    if (!file || this.#shown.url !== undefined) return;
    this.#local = URL.createObjectURL(file);
    this.#view.src = this.#local;
  }

  /** Fetches new links, because most failures are expired links. `show` sets them when they come. */
  #failed() {
    if (this.#local !== null) return;
    this.#failing = true;
    this.#renew();
  }

  #renew() {
    if (Date.now() - this.#renewedAt < RENEW_AGAIN_AFTER) return;
    this.#renewedAt = Date.now();
    this.#shown.renew?.();
  }

  #look() {
    const { name, url } = this.#shown;
    if (url === undefined) return;
    this.#lightbox = lightbox(name, () => this.#failed());
    this.#lightbox.show(url);
  }
}
