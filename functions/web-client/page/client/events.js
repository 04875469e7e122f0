// The events of a client, with their types.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} ClientEvents
 * @property {CustomEvent<Message>} message a message of another user: each once, in the order of its room, beginning
 *   with those that are unread. Not one that was deleted before it could be delivered
 * @property {CustomEvent<Message>} changed the state of a message after an edit or a deletion. It is `hidden` if the user
 *   has deleted it for themselves
 * @property {CustomEvent<{conversation: number, message_id: number, user: number, emoji: string | null}>} reaction
 * @property {CustomEvent<{conversation: number, sender: number, typing: boolean}>} typing
 * @property {CustomEvent<{conversation: number, user: number, last_read: number}>} read
 * @property {CustomEvent<{conversation: number, user: number}>} joined
 * @property {CustomEvent<{conversation: number, user: number, by?: number}>} left
 * @property {CustomEvent<{conversation: number, by: number}>} removed the user was removed from a room
 * @property {CustomEvent<{conversation: number}>} invited
 * @property {CustomEvent<{unsent: import("./outbox.js").Unsent, failure: import("./call.js").Failure}>} refused the
 *   server has refused a message of an earlier client with the same storage
 * @property {Event} online events come in
 * @property {Event} offline no events come in. The client connects again by itself
 * @property {Event} replaced sockets of the same user have taken the place of this one, which stays away until `resume`
 * @property {Event} update rooms, names or messages of open rooms have changed
 * @property {Event} end the session is over, or the client was closed
 */

export class Events extends EventTarget {
  /**
   * @template {keyof ClientEvents} T
   * @param {T} type
   * @param {(event: ClientEvents[T]) => void} listener
   * @param {AddEventListenerOptions | boolean} [options]
   * @override
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, /** @type {EventListener} */ (listener), options);
  }

  /**
   * @template {keyof ClientEvents} T
   * @param {T} type
   * @param {(event: ClientEvents[T]) => void} listener
   * @param {EventListenerOptions | boolean} [options]
   * @override
   */
  removeEventListener(type, listener, options) {
    super.removeEventListener(type, /** @type {EventListener} */ (listener), options);
  }
}
