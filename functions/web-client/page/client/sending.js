// Sends one message. Its file, if it has one, is uploaded first.

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
 * @property {() => void} onchange an upload has begun, moved or ended
 */

/** Milliseconds; an hour less than the twelve for which the server lets an upload be sent. */
const KEPT_FOR = 11 * 3_600_000;
/** The code for an upload that is gone. A message that has arrived is returned before its upload is looked at. */
const GONE = "attachment_invalid";
/** Milliseconds in which another tab may still be storing the file. */
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
   * Returns the uploaded part of its file, from 0 to 1; undefined if no upload is running.
   * @param {Unsent} unsent
   */
  progress({ client_id }) {
    return this.#uploads.get(client_id)?.part;
  }

  /**
   * Sends a message. Every call repeats the steps before, except an upload that is complete. An old upload is replaced
   * only after the server has refused it: the message may have arrived with it, and a `client_id` has one content.
   * @param {Unsent} unsent
   * @returns {Promise<Message>}
   */
  async send(unsent) {
    const { api } = this.#means;
    const { file } = unsent;
    if (!file) return api.send(unsent);
    const send = (/** @type {string} */ id) =>
      api.send({ ...unsent, attachment: { kind: kindOf(file.type), id } });
    const { uploaded } = file;
    if (uploaded) {
      try {
        return await send(uploaded.id);
      } catch (failure) {
        const isOld = Date.now() - uploaded.at >= KEPT_FOR;
        if (!isOld || !(failure instanceof Failure) || failure.code !== GONE) throw failure;
      }
    }
    return send(await this.#upload(unsent, file));
  }

  /** Stops the upload of a message that is discarded. @param {Unsent} unsent */
  cancel({ client_id }) {
    this.#uploads.get(client_id)?.controller.abort();
  }

  end() {
    for (const { controller } of this.#uploads.values()) controller.abort();
  }

  /**
   * @param {Unsent} unsent
   * @param {import("./outbox.js").UnsentFile} about
   * @returns {Promise<string>} the id of the attachment
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
      // The message was discarded, or the session has ended.
      if (signal.aborted) throw new Failure(0, "cancelled", "This was stopped.");
      outbox.uploaded(unsent, announced.id);
      return announced.id;
    } finally {
      this.#uploads.delete(unsent.client_id);
      onchange();
    }
  }
}
