// Messages of the user that the server does not have yet.

import { backoff } from "./backoff.js";
import { Delivery } from "./delivery.js";
import { Files } from "./files.js";
import { Outbox } from "./outbox.js";
import { Sending } from "./sending.js";
import { upload } from "./upload.js";

/**
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {object} Means
 * @property {import("./api.js").Api} api
 * @property {(message: import("./timeline.js").Message) => void} onsent
 * @property {() => void} onchange
 * @property {() => void} onended the session is over
 */

export class Outgoing {
  #files;
  #outbox;
  #sending;
  #delivery;
  #onchange;

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, { api, onsent, onchange, onended }) {
    this.#onchange = onchange;
    this.#files = new Files(me);
    this.#outbox = new Outbox(localStorage, this.#files, me);
    this.#sending = new Sending({ api, outbox: this.#outbox, files: this.#files, upload, onchange });
    this.#delivery = new Delivery({
      outbox: this.#outbox,
      send: (unsent) => this.#sending.send(unsent),
      onsent,
      onchange,
      onended,
      alone: (room, task) => navigator.locks.request(`outbox:${me}:${room}`, task),
      backoff,
    });
  }

  /** @param {number} room */
  of(room) {
    return this.#outbox.of(room);
  }

  /**
   * @param {number} room
   * @param {string} text
   * @param {File} [file]
   * @param {import("./outbox.js").About} [about]
   */
  send(room, text, file, about) {
    this.#outbox.add(room, text, file, about);
    this.#delivery.wake();
    this.#onchange();
  }

  /** @param {Unsent} unsent */
  retry(unsent) {
    this.#outbox.retry(unsent);
    this.#delivery.wake();
    this.#onchange();
  }

  /** @param {Unsent} unsent */
  discard(unsent) {
    this.#outbox.remove(unsent.client_id);
    this.#sending.cancel(unsent);
    this.#onchange();
  }

  /** The uploaded part of its file, from 0 to 1; undefined if no upload is running. @param {Unsent} unsent */
  progress(unsent) {
    return this.#sending.progress(unsent);
  }

  /**
   * @param {Unsent} unsent
   * @returns {Promise<Blob | undefined>}
   */
  async file({ file }) {
    return file && (this.#files.peek(file.key) ?? this.#files.get(file.key));
  }

  /** Removes a message that the server has acknowledged. @param {string} client_id */
  arrived(client_id) {
    this.#outbox.remove(client_id);
  }

  wake() {
    this.#delivery.wake();
  }

  end() {
    this.#delivery.end();
    this.#sending.end();
  }
}
