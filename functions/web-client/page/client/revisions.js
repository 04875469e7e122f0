// Changes messages: edits, deletes, reacts, forwards; and applies the changes that others make.

import { own, reacted } from "./reactions.js";

/** States that are kept. An earlier state that is still on its way is overtaken by few others. */
const MOST = 1_000;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "edit" | "delete" | "react" | "reactions" | "forward">} api
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./history.js").History, "of" | "revise">} history
 * @property {Pick<import("./changes.js").Changes, "hear" | "fetch">} changes
 * @property {Pick<import("./sync.js").Sync, "attempt" | "renew">} sync
 * @property {() => void} onchange
 * @property {(message: Message) => void} onsent a message was sent to another room
 * @property {(message: Message) => void} onrevised a message has another state
 * @property {(message: Message) => void} ongone a message is deleted, and nothing may show its content any more
 */

export class Revisions {
  #me;
  #means;
  /** The last reaction of the user that is on its way, by message. @type {Map<number, symbol>} */
  #reacting = new Map();
  /**
   * The latest states of changed messages, without quotes: an earlier change, or the message itself, may come later.
   * @type {Map<number, Message>}
   */
  #latest = new Map();

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /** Applies an event: `edited`, `deleted` or `reaction`. @param {any} event */
  hear(event) {
    const { changes, sync } = this.#means;
    const { conversation, change } = event;
    if (event.type === "reaction") {
      changes.hear(conversation, change, () => this.#react(conversation, event.message_id, event.user, event.emoji));
    } else {
      this.apply(asEvent(event.message));
      changes.hear(conversation, change);
    }
    void sync.attempt(() => changes.fetch(conversation));
  }

  /**
   * Returns the latest state of a message, which changes may have overtaken.
   * @param {Message} message
   * @returns {Message}
   */
  latest(message) {
    const last = this.#latest.get(message.id);
    return last && (last.hidden || last.version >= message.version) ? { ...message, ...last } : message;
  }

  /** Forgets the changes of a room, which the user can no longer see. @param {number} room */
  forget(room) {
    for (const [id, { conversation }] of this.#latest) if (conversation === room) this.#latest.delete(id);
  }

  /** Takes the state of a message after a change, unless a later one is known. @param {Message} message */
  apply(message) {
    const last = this.#latest.get(message.id);
    if (last && !message.hidden && (last.hidden || last.version > message.version)) return;
    const { quoted, ...state } = message;
    // The last of the map is the newest.
    this.#latest.delete(message.id);
    this.#latest.set(message.id, { ...last, ...state });
    for (const id of this.#latest.keys()) if (this.#latest.size > MOST) this.#latest.delete(id);
    const { rooms, history, sync, onchange, onrevised, ongone } = this.#means;
    const room = rooms.get(message.conversation);
    const isSummed = message.id >= Math.min(room?.first_unread ?? Infinity, room?.last_message?.id ?? Infinity);
    history.revise(message);
    rooms.revise(message, history.of(message.conversation)?.messages.at(-1) ?? null);
    if (!last || message.hidden || last.version < message.version) onrevised(message);
    if (message.hidden || message.deleted_at) ongone(message);
    // The summary has the last message, and the number of unread ones.
    if (message.hidden && isSummed) sync.renew([message.conversation]);
    onchange();
  }

  /**
   * @param {Message} message
   * @param {{text: string} & import("./mentions.js").Mentions} content
   */
  async edit(message, content) {
    this.apply(asEvent(await this.#means.api.edit(message, content)));
  }

  /**
   * @param {Message} message
   * @param {"everyone" | "me"} audience
   */
  async delete(message, audience) {
    this.apply(await this.#means.api.delete(message, audience));
  }

  /**
   * Sets the reaction of the user, or removes it.
   * @param {Message} message
   * @param {string | null} emoji
   */
  async react(message, emoji) {
    const { api, history, onchange } = this.#means;
    const { conversation, id } = message;
    const turn = Symbol();
    this.#reacting.set(id, turn);
    let reactions, isLast;
    try {
      ({ reactions = [] } = await api.react(message, emoji));
    } finally {
      isLast = this.#reacting.get(id) === turn;
      if (isLast) this.#reacting.delete(id);
    }
    if (!isLast) return;
    // Only the user's own, as the server writes it, because the answer may be older than an event.
    const mine = emoji && (own(reactions) ?? emoji);
    if (!this.#react(conversation, id, this.#me, mine)) history.of(conversation)?.react(id, reactions);
    onchange();
  }

  /** Returns who has reacted how. @param {Message} message */
  async reactions(message) {
    return this.#means.api.reactions(message);
  }

  /**
   * @param {Message} message
   * @param {number[]} rooms
   * @param {string} client_id
   */
  async forward(message, rooms, client_id) {
    const results = await this.#means.api.forward(message, rooms, client_id);
    for (const { message: sent } of results) if (sent) this.#means.onsent(sent);
    return results;
  }

  /**
   * @param {number} room
   * @param {number} id
   * @param {number} user
   * @param {string | null} emoji
   * @returns {boolean} false if the reactions must be fetched
   */
  #react(room, id, user, emoji) {
    const timeline = this.#means.history.of(room);
    const message = timeline?.get(id);
    // A reaction may overtake its message. One to a message before the loaded ones is loaded with it.
    if (timeline && !message) return id <= timeline.settledId;
    if (!timeline || !message || message.deleted_at) return true;
    const reactions = reacted(message.reactions ?? [], { user, emoji, mine: user === this.#me });
    if (reactions) timeline.react(id, reactions);
    this.#means.onchange();
    return reactions !== null;
  }
}

/**
 * Returns an edited or deleted message without its reactions and its quote, which are kept as they are: all members get
 * the same event, and an answer may be older than an event.
 * @param {Message} message
 * @returns {Message}
 */
function asEvent({ reactions, quoted, ...message }) {
  return /** @type {Message} */ (message.deleted_at ? { ...message, reactions: [] } : message);
}
