// Messages that the server has not acknowledged, kept so that a reload does not lose them.
//
// Each has its own entry in the storage, so that two tabs never overwrite each other's.

import { nameOf, typeOf } from "./attachments.js";
import { has, parsed } from "./json.js";

/**
 * @typedef {{key: string, name: string, type: string, size: number, unkept?: boolean,
 *   uploaded?: {id: string, at: number}}} UnsentFile
 * `key` is its key in `Files`; `unkept`: only this page has it, and a reload loses it.
 * @typedef {{reply_to?: number, mentions?: number[], mentions_all?: boolean}} About
 * @typedef {{client_id: string, conversation: number, text: string, at: number, refused?: string, code?: string,
 *   file?: UnsentFile} & About} Unsent
 * `at` is the time of writing, in milliseconds; `refused` is the reason why it is not sent again, and `code` that of the
 * server.
 */

/** Milliseconds; a day less than the server recognises a `client_id`. Sent later, a message could be stored twice. */
export const KNOWN_AGAIN_FOR = 6 * 24 * 3_600_000;

/** The code if another message has the `client_id`. */
const SPENT = "client_id_reused";
/** The codes if the answered message is deleted. */
const UNANSWERABLE = ["message_deleted", "message_not_found"];

export class Outbox {
  #storage;
  #files;
  #prefix;

  /**
   * @param {Pick<import("./storage.js").Shelf, "getItem" | "setItem" | "removeItem" | "keys">} storage
   * @param {Pick<import("./files.js").Files, "add" | "remove" | "sweep" | "clear">} files
   * @param {number} user
   */
  constructor(storage, files, user) {
    this.#storage = storage;
    this.#files = files;
    this.#prefix = `outbox:${user}:`;
    void files.sweep(() => new Set(this.all().flatMap(({ file }) => file?.key ?? [])));
  }

  /**
   * @param {number} conversation
   * @param {string} text
   * @param {File} [attached]
   * @param {About} [about] the message that it answers, and the members whom it mentions
   * @returns {string} its `client_id`
   */
  add(conversation, text, attached, about) {
    const unsent = { ...this.#new(conversation, text), ...about };
    if (!attached) {
      this.#save(unsent);
      return unsent.client_id;
    }
    const { name, size } = attached;
    const file = { key: crypto.randomUUID(), name: nameOf(name), type: typeOf(attached), size };
    this.#save({ ...unsent, file });
    void this.#files.add(file.key, attached).then((kept) => kept || this.#change(unsent, { unkept: true }));
    return unsent.client_id;
  }

  /**
   * Notes that the file of a message is uploaded.
   * @param {Unsent} unsent
   * @param {string} id of the attachment
   */
  uploaded(unsent, id) {
    this.#change(unsent, { uploaded: { id, at: Date.now() } });
  }

  /** @returns {Unsent[]} in the order in which they were written */
  all() {
    const entries = this.#storage.keys(this.#prefix).map((key) => parsed(this.#storage.getItem(key)));
    return entries.filter(isUnsent).sort((one, other) => one.at - other.at);
  }

  /**
   * @param {number} conversation
   * @returns {Unsent[]}
   */
  of(conversation) {
    return this.all().filter((unsent) => unsent.conversation === conversation);
  }

  /** @param {string} client_id */
  remove(client_id) {
    const file = this.#get(client_id)?.file;
    this.#storage.removeItem(this.#prefix + client_id);
    if (file) void this.#files.remove(file.key);
  }

  /** Removes all messages and their files. */
  clear() {
    for (const key of this.#storage.keys(this.#prefix)) this.#storage.removeItem(key);
    void this.#files.clear();
  }

  /**
   * @param {Unsent} unsent
   * @param {string} reason
   * @param {string} [code]
   */
  refuse({ client_id }, reason, code) {
    const unsent = this.#get(client_id);
    if (unsent) this.#save({ ...unsent, refused: reason, code });
  }

  /**
   * Sends a refused message again. Its upload counts as old, because it may be the reason of the refusal. If the message
   * that it answers is deleted, it answers none.
   * @param {Unsent} unsent
   */
  retry({ client_id }) {
    const refused = this.#get(client_id);
    if (!refused) return;
    const { refused: _, code = "", ...unsent } = refused;
    if (unsent.file?.uploaded) unsent.file.uploaded.at = 0;
    if (UNANSWERABLE.includes(code)) delete unsent.reply_to;
    if (code !== SPENT && Date.now() - unsent.at < KNOWN_AGAIN_FOR) return this.#save(unsent);
    this.#storage.removeItem(this.#prefix + client_id);
    this.#save({ ...unsent, ...this.#new(unsent.conversation, unsent.text) });
  }

  /**
   * @param {Unsent} unsent
   * @param {Partial<UnsentFile>} difference
   */
  #change({ client_id }, difference) {
    const unsent = this.#get(client_id);
    if (unsent?.file) this.#save({ ...unsent, file: { ...unsent.file, ...difference } });
  }

  /**
   * Returns a message, or null if it has arrived meanwhile, or is damaged.
   * @param {string} client_id
   * @returns {Unsent | null}
   */
  #get(client_id) {
    const entry = parsed(this.#storage.getItem(this.#prefix + client_id));
    return isUnsent(entry) ? entry : null;
  }

  /**
   * @param {number} conversation
   * @param {string} text
   * @returns {Unsent}
   */
  #new(conversation, text) {
    const last = Math.max(0, ...this.all().map(({ at }) => at));
    return { client_id: crypto.randomUUID(), conversation, text, at: Math.max(Date.now(), last + 1) };
  }

  /** @param {Unsent} unsent */
  #save(unsent) {
    this.#storage.setItem(this.#prefix + unsent.client_id, JSON.stringify(unsent));
  }
}

/** @param {any} entry @returns {entry is Unsent} */
function isUnsent(entry) {
  return has(entry, { client_id: "string", conversation: "number", text: "string", at: "number" })
    && (entry.file === undefined || has(entry.file, { key: "string", name: "string", type: "string", size: "number" }));
}
