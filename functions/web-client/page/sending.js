// What it takes to send a message: one that has a file uploads it first.

import { kindOf } from "./attachments.js";
import { Failure } from "./call.js";

/**
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "announce" | "send">} api
 * @property {import("./outbox.js").Outbox} outbox
 * @property {Pick<import("./files.js").Files, "get">} files
 * @property {typeof import("./upload.js").upload} upload
 * @property {() => void} onchange something has been uploaded
 */

/** An uploaded file may be sent for twelve hours. */
const KEPT_FOR = 11 * 3_600_000;
/** A file that another tab has taken may not be in the database yet. */
const COMES_WITHIN = 60_000;

export class Sending {
  #means;
  /** By `client_id`. @type {Map<string, {part: number, controller: AbortController}>} */
  #uploads = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /**
   * How much of its file is uploaded, from 0 to 1; undefined where none is.
   * @param {Unsent} unsent
   */
  progress({ client_id }) {
    return this.#uploads.get(client_id)?.part;
  }

  /**
   * Whatever fails on the way is done again, but an upload that has been completed.
   * @param {Unsent} unsent
   * @returns {Promise<Message>}
   */
  async send(unsent) {
    const { api } = this.#means;
    if (!unsent.file) return api.send(unsent);
    const { uploaded } = unsent.file;
    const isThere = uploaded && Date.now() - uploaded.at < KEPT_FOR;
    const id = isThere ? uploaded.id : await this.#upload(unsent, unsent.file);
    return api.send({ ...unsent, attachment: { kind: kindOf(unsent.file.type), id } });
  }

  /** Stops the upload of what is not to be sent after all. @param {Unsent} unsent */
  cancel({ client_id }) {
    this.#uploads.get(client_id)?.controller.abort();
  }

  end() {
    for (const { controller } of this.#uploads.values()) controller.abort();
  }

  /**
   * @param {Unsent} unsent
   * @param {import("./outbox.js").UnsentFile} about
   * @returns {Promise<string>} what the server calls it
   */
  async #upload(unsent, { key, name, type }) {
    const { api, files, outbox, upload, onchange } = this.#means;
    const file = await files.get(key);
    if (!file) {
      const comes = Date.now() - unsent.at < COMES_WITHIN;
      throw new Failure(comes ? 0 : 400, "no_file", "The file is no longer here. Delete this, and choose it again.");
    }
    const running = { part: 0, controller: new AbortController() };
    const { signal } = running.controller;
    this.#uploads.set(unsent.client_id, running);
    onchange();
    try {
      const announced = await api.announce(
        { conversation: unsent.conversation, kind: kindOf(type), content_type: type, size: file.size, name });
      if (!signal.aborted) {
        await upload(announced, file, (part) => {
          running.part = part;
          onchange();
        }, signal);
      }
      // Stopped: either it is in the outbox no more, or nothing here is sent any more.
      if (signal.aborted) throw new Failure(0, "cancelled", "This was stopped.");
      outbox.uploaded(unsent, announced.id);
      return announced.id;
    } finally {
      this.#uploads.delete(unsent.client_id);
      onchange();
    }
  }
}
