// Messages of the user that the server does not have yet.

import { backoff } from "./backoff.js";
import { Failure } from "./call.js";
import { Delivery } from "./delivery.js";
import { Files } from "./files.js";
import { Outbox } from "./outbox.js";
import { Sending } from "./sending.js";
import { upload } from "./upload.js";

/**
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {{resolve: (message: Message) => void, reject: (failure: Failure) => void}} Waiting
 * @typedef {object} Means
 * @property {import("./api.js").Api} api
 * @property {import("./storage.js").Shelf} storage
 * @property {string} scope the beginning of the names that other accounts and servers share
 * @property {(message: Message) => void} onsent
 * @property {(unsent: Unsent, failure: Failure) => void} onrefused a message was refused for which nobody waits
 * @property {() => void} onchange
 * @property {() => void} onended the session is over
 */

export class Outgoing {
  #files;
  #outbox;
  #sending;
  #delivery;
  #onchange;
  /** Those who wait for an outcome, by `client_id`. @type {Map<string, Waiting>} */
  #waiting = new Map();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, { api, storage, scope, onsent, onrefused, onchange, onended }) {
    this.#onchange = onchange;
    this.#files = new Files(`${scope}outbox:${me}`);
    this.#outbox = new Outbox(storage, this.#files, me);
    this.#sending = new Sending({ api, outbox: this.#outbox, files: this.#files, upload, onchange });
    this.#delivery = new Delivery({
      outbox: this.#outbox,
      send: (unsent) => this.#sending.send(unsent),
      onsent: (message) => {
        onsent(message);
        this.#settle(message.client_id, message);
      },
      onrefused: (unsent, failure) => {
        if (!this.#waiting.has(unsent.client_id)) return onrefused(unsent, failure);
        this.#outbox.remove(unsent.client_id);
        this.#settle(unsent.client_id, failure);
      },
      onchange,
      onended,
      // Without locks there is one program.
      alone: (room, task) => globalThis.navigator?.locks?.request(`${scope}outbox:${me}:${room}`, task) ?? task(),
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

  /**
   * Sends, and returns the message once the server has it. A refusal rejects, and leaves nothing in the outbox.
   * @param {number} room
   * @param {string} text
   * @param {File} [file]
   * @param {import("./outbox.js").About} [about]
   * @returns {Promise<Message>}
   */
  deliver(room, text, file, about) {
    const client_id = this.#outbox.add(room, text, file, about);
    this.#delivery.wake();
    this.#onchange();
    return new Promise((resolve, reject) => this.#waiting.set(client_id, { resolve, reject }));
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

  /**
   * Removes a message that the server has acknowledged by a push.
   * @param {string} client_id
   * @param {Message} message
   */
  arrived(client_id, message) {
    this.#outbox.remove(client_id);
    this.#settle(client_id, message);
  }

  wake() {
    this.#delivery.wake();
  }

  /** Stops sending. Unsent messages stay in the outbox. */
  end() {
    this.#delivery.end();
    this.#sending.end();
    const closed = new Failure(0, "closed", "The client was closed before the message was sent.");
    for (const client_id of this.#waiting.keys()) this.#settle(client_id, closed);
  }

  /** Removes the unsent messages of an account that logs out. */
  forget() {
    this.#outbox.clear();
  }

  /**
   * @param {string | null} client_id
   * @param {Message | Failure} outcome
   */
  #settle(client_id, outcome) {
    const waiting = this.#waiting.get(client_id ?? "");
    if (!waiting) return;
    this.#waiting.delete(client_id ?? "");
    if (outcome instanceof Failure) waiting.reject(outcome);
    else waiting.resolve(outcome);
  }
}
