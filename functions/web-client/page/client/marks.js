// The marks of the members of rooms: how far each has received and read them. Marks only move forward. Pure.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {"delivered" | "read"} Mark
 * @typedef {"sent" | Mark} State
 */

export class Marks {
  /** The number of moves, by room. @type {Map<number, number>} */
  #moves = new Map();
  /** The last message at each mark, by room and user. @type {Map<number, Map<number, Record<Mark, number>>>} */
  #marks = new Map();
  /**
   * The receipts since the last edit of an own message, by message: only marks that move after it count.
   * @type {Map<number, {room: number, version: number, since: Map<number, Mark>}>}
   */
  #edited = new Map();

  /**
   * Moves a mark of a user forward. Messages that are read are delivered.
   * @param {number} room
   * @param {number} user
   * @param {Mark} mark
   * @param {number} message
   * @param {boolean} isNow whether it moves now, not at an unknown time before
   */
  move(room, user, mark, message, isNow) {
    const all = this.#marks.get(room) ?? new Map();
    const before = all.get(user) ?? { delivered: 0, read: 0 };
    const delivered = Math.max(before.delivered, message);
    const read = mark === "read" ? Math.max(before.read, message) : before.read;
    this.#marks.set(room, all.set(user, { delivered, read }));
    if (!isNow) return;
    this.#moves.set(room, this.moves(room) + 1);
    for (const [id, edited] of this.#edited) {
      if (edited.room === room && id <= message) reach(edited.since, user, mark);
    }
  }

  /** The users of a room and their marks. @param {number} room @returns {[number, Record<Mark, number>][]} */
  all(room) {
    return [...this.#marks.get(room) ?? []];
  }

  /** Forgets a room. @param {number} room */
  forget(room) {
    this.#moves.delete(room);
    this.#marks.delete(room);
    for (const [id, edited] of this.#edited) {
      if (edited.room === room) this.#edited.delete(id);
    }
  }

  /** The number of moves in a room so far. @param {number} room */
  moves(room) {
    return this.#moves.get(room) ?? 0;
  }

  /** Begins the receipts of an own message again, unless they have begun with this edit. @param {Message} message */
  begin({ id, conversation, version }) {
    if ((this.#edited.get(id)?.version ?? 0) >= version) return;
    this.#edited.set(id, { room: conversation, version, since: new Map() });
  }

  /** Whether the receipts of an own message since its last edit are unknown. @param {Message} message */
  lacks({ id, edited_at, version }) {
    return edited_at !== null && (this.#edited.get(id)?.version ?? 0) < version;
  }

  /**
   * Takes the receipts of an own message as the server has them.
   * @param {Message} message
   * @param {import("./message-calls.js").Receipt[]} receipts
   */
  take(message, receipts) {
    this.begin(message);
    const edited = this.#edited.get(message.id);
    for (const { user, delivered_at, read_at } of receipts) {
      if (edited && (delivered_at || read_at)) reach(edited.since, user, read_at ? "read" : "delivered");
    }
  }

  /**
   * The state of an own message: what all of these users have done. Without users, nobody knows.
   * @param {Message} message
   * @param {number[]} users
   * @returns {State}
   */
  state(message, users) {
    const of = (/** @type {number} */ user) => this.#reached(message, user);
    if (users.length === 0 || this.lacks(message)) return "sent";
    if (users.every((user) => of(user) === "read")) return "read";
    return users.every((user) => of(user) !== "sent") ? "delivered" : "sent";
  }

  /** @param {Message} message @param {number} user @returns {State} */
  #reached({ id, conversation, edited_at }, user) {
    if (edited_at !== null) return this.#edited.get(id)?.since.get(user) ?? "sent";
    const { delivered, read } = this.#marks.get(conversation)?.get(user) ?? { delivered: 0, read: 0 };
    return read >= id ? "read" : delivered >= id ? "delivered" : "sent";
  }
}

/** @param {Map<number, Mark>} since @param {number} user @param {Mark} mark */
function reach(since, user, mark) {
  if (mark === "read" || !since.has(user)) since.set(user, mark);
}
