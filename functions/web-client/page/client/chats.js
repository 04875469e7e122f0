// The settings of chats, which only the user sees: on all their devices.

import { isLonger } from "./text.js";

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
 * @property {Pick<import("./sync.js").Sync, "attempt" | "load">} sync
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
   * The last calls that save drafts, one after the other in each room: a late one would bring a draft back.
   * @type {Map<number, {draft: string | null, done: Promise<void>}>}
   */
  #saving = new Map();
  /** The saving of each room that is repeated if it fails. @type {Map<number, () => Promise<void>>} */
  #last = new Map();

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

  /**
   * Saves the draft of a room that the user leaves, if it has changed. The server has no room for a long one, which stays
   * on this device.
   * @param {number} room
   */
  saveDraft(room) {
    const draft = this.#drafts.get(room);
    if (!draft) return;
    clearTimeout(draft.timer);
    this.#drafts.delete(room);
    const known = this.#means.rooms.get(room);
    const text = draft.text.trim() === "" ? null : draft.text;
    if (!known || isLonger(text ?? "", LONGEST_DRAFT)) return;
    const saving = this.#saving.get(room);
    // A failed saving of another text is not repeated.
    if (!saving) this.#last.delete(room);
    if ((saving ?? known).draft === text) return;
    if (text !== null) this.#saved.set(room, text);
    this.#sent.delete(room);
    this.#save(room, text);
  }

  /** Forgets the draft of a room whose message is sent, here and on the other devices. @param {number} room */
  sends(room) {
    const { rooms } = this.#means;
    clearTimeout(this.#drafts.get(room)?.timer);
    this.#drafts.delete(room);
    const known = rooms.get(room);
    const draft = this.#saved.get(room) ?? known?.draft ?? null;
    this.#saved.delete(room);
    if (!known || draft === null) return;
    this.#sent.set(room, draft);
    // Before the call, because the field is empty and would show the draft again.
    rooms.set(room, { ...known, draft: null });
    this.#save(room, null);
  }

  /**
   * Compares the text of a field with the draft of its room. Returns the text to show: the draft of another device,
   * unless the server does not have the text of the field.
   * @param {number} room
   * @param {{text: string, saved: string}} field `saved`: the last draft that the field has shared with the server
   */
  share(room, { text, saved }) {
    const draft = this.#means.rooms.get(room)?.draft ?? "";
    if (draft === text) return { text, saved: text };
    const isWriting = this.#drafts.has(room) || this.#saving.has(room);
    return draft === saved || text !== saved || isWriting ? { text, saved } : { text: draft, saved: draft };
  }

  /**
   * Saves a draft. After a failure that passes, the next refresh does so, unless a device has changed the settings.
   * @param {number} room
   * @param {string | null} draft
   */
  #save(room, draft) {
    const { rooms, sync, onchange } = this.#means;
    const before = this.#saving.get(room)?.done ?? Promise.resolve();
    /** @type {number | undefined} */
    let version;
    const save = async () => {
      const now = rooms.get(room)?.settings_version;
      version ??= now;
      if (version === now && this.#last.get(room) === save) await this.change(room, { draft });
    };
    this.#last.set(room, save);
    // A call that fails does not end those after it.
    const saving = { draft, done: before.catch(() => undefined).then(() => sync.load(save)) };
    this.#saving.set(room, saving);
    void saving.done.finally(() => {
      if (this.#saving.get(room) !== saving) return;
      this.#saving.delete(room);
      onchange();
    });
  }
}
