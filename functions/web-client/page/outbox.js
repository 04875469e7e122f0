// Messages that the server has not acknowledged, kept so that a reload does not lose them.
//
// Each has an entry of its own in the storage: two tabs never overwrite each other's.

/**
 * @typedef {{client_id: string, conversation: number, text: string, at: number, refused?: string}} Unsent
 * `at` is when it was written, in milliseconds; `refused` says why it is not tried again.
 */

/** For a day less than the server knows a message again by its `client_id`: sent later, it might be there twice. */
export const KNOWN_AGAIN_FOR = 6 * 24 * 3_600_000;

export class Outbox {
  #storage;
  #prefix;

  /**
   * @param {Storage} storage
   * @param {number} user
   */
  constructor(storage, user) {
    this.#storage = storage;
    this.#prefix = `outbox:${user}:`;
  }

  /**
   * @param {number} conversation
   * @param {string} text
   */
  add(conversation, text) {
    const last = Math.max(0, ...this.all().map(({ at }) => at));
    this.#save({ client_id: crypto.randomUUID(), conversation, text, at: Math.max(Date.now(), last + 1) });
  }

  /** @returns {Unsent[]} in the order in which they were written */
  all() {
    const keys = Object.keys(this.#storage).filter((key) => key.startsWith(this.#prefix));
    const entries = keys.flatMap((key) => this.#storage.getItem(key) ?? []).map((entry) => JSON.parse(entry));
    return entries.sort((one, other) => one.at - other.at);
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
    this.#storage.removeItem(this.#prefix + client_id);
  }

  /**
   * @param {Unsent} unsent
   * @param {string} reason
   */
  refuse(unsent, reason) {
    if (this.#has(unsent)) this.#save({ ...unsent, refused: reason });
  }

  /** @param {Unsent} unsent */
  retry({ refused: _, ...unsent }) {
    if (!this.#has(unsent)) return;
    if (Date.now() - unsent.at < KNOWN_AGAIN_FOR) return this.#save(unsent);
    this.remove(unsent.client_id);
    this.add(unsent.conversation, unsent.text);
  }

  /**
   * It may have arrived meanwhile.
   * @param {Unsent} unsent
   */
  #has({ client_id }) {
    return this.#storage.getItem(this.#prefix + client_id) !== null;
  }

  /** @param {Unsent} unsent */
  #save(unsent) {
    this.#storage.setItem(this.#prefix + unsent.client_id, JSON.stringify(unsent));
  }
}
