// Applies events of the socket, and messages that calls return, to rooms, timelines, members and typists.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {import("./rooms.js").Rooms} rooms
 * @property {import("./directory.js").Directory} directory
 * @property {import("./history.js").History} history
 * @property {import("./typing.js").Typing} typing
 * @property {Pick<import("./outgoing.js").Outgoing, "arrived">} outgoing
 * @property {Pick<import("./sync.js").Sync, "attempt" | "refresh">} sync
 * @property {() => void} onchange
 * @property {(message: Message) => void} onmessage called for a new message of another user
 */

export class Incoming {
  #me;
  #means;

  /**
   * @param {number} me
   * @param {Means} means
   */
  constructor(me, means) {
    this.#me = me;
    this.#means = means;
  }

  /** @param {any} event */
  hear(event) {
    const { rooms, directory, typing, sync, onchange } = this.#means;
    switch (event.type) {
      case "message":
        return this.received(event);
      case "typing":
        typing.set(event.conversation, event.sender, event.typing);
        break;
      case "read":
        rooms.mark(event.conversation, event.user, event.last_read);
        break;
      case "joined":
        rooms.join(event.conversation, event.user);
        if (event.user === this.#me) void sync.refresh();
        else if (directory.hasMembers(event.conversation)) {
          void sync.attempt(() => directory.loadMembers(event.conversation));
        }
        break;
      case "left":
        return this.left(event.conversation, event.user);
    }
    onchange();
  }

  /** @param {Message} message */
  received(message) {
    const { rooms, history, typing, outgoing, sync, onchange } = this.#means;
    const { conversation, sender, client_id } = message;
    if (sender === this.#me && client_id) outgoing.arrived(client_id);
    typing.set(conversation, sender, false);
    const isNew = message.id > (rooms.get(conversation)?.last_message?.id ?? 0);
    rooms.apply(message);
    void sync.attempt(() => history.add(message));
    if (!rooms.get(conversation)) void sync.refresh();
    if (isNew && sender !== this.#me) void this.#announce(message);
    onchange();
  }

  /** Marks a room as read by the sender of each message. @param {Message[]} messages */
  fetched(messages) {
    for (const { conversation, sender, id } of messages) this.#means.rooms.mark(conversation, sender, id);
    this.#means.onchange();
  }

  /**
   * @param {number} room
   * @param {number} user
   */
  left(room, user) {
    const { rooms, directory, history, typing, onchange } = this.#means;
    rooms.leave(room, user);
    typing.set(room, user, false);
    directory.removeMember(room, user);
    if (user === this.#me) history.forget(room);
    onchange();
  }

  /**
   * Reports a message after fetching the name of its sender, because a screen reader speaks it only once.
   * @param {Message} message
   */
  async #announce(message) {
    const { directory, sync, onmessage } = this.#means;
    if (!directory.knows(message.sender)) await sync.attempt(() => directory.loadMembers(message.conversation));
    onmessage(message);
  }
}
