// The settings of chats, which only the user sees: on all their devices.

/** Milliseconds between a key and the saving of a draft. */
const SAVES_AFTER = 1_500;
/** The most characters of a draft that the server keeps. */
const LONGEST_DRAFT = 512;

/**
 * @typedef {import("./rooms.js").ChatSettings} ChatSettings
 * @typedef {Partial<ChatSettings> & {cleared?: true}} Change
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "setChat">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./history.js").History, "of" | "reload">} history
 * @property {Pick<import("./sync.js").Sync, "attempt">} sync
 * @property {() => void} onchange
 * @property {AbortSignal} signal ends the saving of drafts
 */

export class Chats {
  #means;
  /** Drafts that are not saved yet, by room. @type {Map<number, {text: string, timer: ReturnType<typeof setTimeout>}>} */
  #drafts = new Map();

  /** The last draft of each room that this client has saved, since a message was sent. @type {Map<number, string>} */
  #saved = new Map();
  /** The one before the last sent message. Its saving may end after the sending. @type {Map<number, string>} */
  #sent = new Map();
  /**
   * The calls that save drafts, one after the other in each room: a late one would bring a draft back.
   * @type {Map<number, Promise<void>>}
   */
  #saving = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
    means.signal.addEventListener("abort", () => {
      for (const { timer } of this.#drafts.values()) clearTimeout(timer);
    });
  }

  /**
   * Changes settings of a chat.
   * @param {number} room
   * @param {Change} change
   */
  async change(room, change) {
    this.take(room, await this.#means.api.setChat(room, change));
  }

  /**
   * Changes settings of a chat, and shows no failure.
   * @param {number} room
   * @param {Change} change
   */
  async set(room, change) {
    await this.#means.sync.attempt(() => this.change(room, change));
  }

  /**
   * Takes the settings of a chat, from a call or an event. A cleared chat is listed anew.
   * @param {number} id
   * @param {ChatSettings} settings
   */
  take(id, settings) {
    const { rooms, history, sync, onchange } = this.#means;
    const before = rooms.get(id);
    const isSent = settings.draft !== null && settings.draft === this.#sent.get(id);
    rooms.set(id, isSent ? { ...settings, draft: null } : settings);
    if (before && before.cleared_at !== rooms.get(id)?.cleared_at && history.of(id)) {
      void sync.attempt(() => history.reload(id));
    }
    onchange();
  }

  /**
   * Saves a draft once the user pauses.
   * @param {number} room
   * @param {string} text
   */
  drafts(room, text) {
    clearTimeout(this.#drafts.get(room)?.timer);
    this.#drafts.set(room, { text, timer: setTimeout(() => this.saveDraft(room), SAVES_AFTER) });
  }

  /** Saves the draft of a room that the user leaves, if it has changed. @param {number} room */
  saveDraft(room) {
    const draft = this.#drafts.get(room);
    if (!draft) return;
    clearTimeout(draft.timer);
    this.#drafts.delete(room);
    const known = this.#means.rooms.get(room);
    const text = draft.text.trim() === "" ? null : draft.text;
    if (!known || known.draft === text) return;
    if (text !== null) this.#saved.set(room, text);
    this.#sent.delete(room);
    // A longer one stays here.
    if ([...text ?? ""].length > LONGEST_DRAFT) this.#means.rooms.set(room, { ...known, draft: text });
    else this.#save(room, text);
  }

  /** Forgets the draft of a room whose message is sent, here and on the other devices. @param {number} room */
  sends(room) {
    clearTimeout(this.#drafts.get(room)?.timer);
    this.#drafts.delete(room);
    const saved = this.#saved.get(room);
    this.#saved.delete(room);
    if (saved !== undefined) this.#sent.set(room, saved);
    if (this.#means.rooms.get(room)?.draft || saved !== undefined) this.#save(room, null);
  }

  /** @param {number} room @param {string | null} draft */
  #save(room, draft) {
    const before = this.#saving.get(room);
    const saving = before ? before.then(() => this.set(room, { draft })) : this.set(room, { draft });
    this.#saving.set(room, saving);
    void saving.then(() => {
      if (this.#saving.get(room) === saving) this.#saving.delete(room);
    });
  }

  /** Whether the user has written since the draft of a room was saved. @param {number} room */
  isWriting(room) {
    return this.#drafts.has(room);
  }
}
