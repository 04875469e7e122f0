// Applies events of the socket, and messages that calls return, to rooms, timelines, members, typists and invitations.

import { isQuiet } from "./rooms.js";
import { removal } from "./text.js";

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {Pick<import("./presence.js").People, "heard">} people
 * @property {import("./rooms.js").Rooms} rooms
 * @property {Pick<import("./cursors.js").Cursors, "heard" | "read" | "forget">} cursors
 * @property {import("./directory.js").Directory} directory
 * @property {import("./history.js").History} history
 * @property {Pick<import("./changes.js").Changes, "note" | "hear" | "fetch" | "forget">} changes
 * @property {Pick<import("./revisions.js").Revisions, "hear" | "latest" | "forget">} revisions
 * @property {import("./typing.js").Typing} typing
 * @property {import("./notices.js").Notices} notices
 * @property {Pick<import("./chats.js").Chats, "take">} chats
 * @property {Pick<import("./outgoing.js").Outgoing, "arrived">} outgoing
 * @property {Pick<import("./receipts.js").Receipts, "received">} receipts
 * @property {Pick<import("./reading.js").Reading, "edited">} reading
 * @property {Pick<import("./sync.js").Sync, "attempt" | "load" | "refresh">} sync
 * @property {Pick<import("./invitations.js").Invitations, "invited" | "load">} invitations
 * @property {Pick<import("./feed.js").Feed, "hear" | "expect" | "forget">} feed
 * @property {() => void} onchange
 * @property {(message: Message) => void} onmessage called for a new message of another user
 * @property {(text: string) => void} onnotice
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
    const { rooms, directory, history, changes, revisions, typing, sync, invitations, notices, onchange } = this.#means;
    if (event.type === "message" || event.type === "typing") this.#means.people.heard(event.sender);
    switch (event.type) {
      case "message":
        changes.note(event.conversation, event.changes);
        void sync.attempt(() => changes.fetch(event.conversation));
        return this.received(event);
      case "edited":
        this.#edited(event.message);
        return revisions.hear(event);
      case "deleted":
      case "reaction":
        return revisions.hear(event);
      case "typing":
        if (event.sender !== this.#me) typing.set(event.conversation, event.sender, event.typing, event);
        break;
      case "read":
        rooms.mark(event.conversation, event.user, event.last_read, { isNow: true });
        if (event.user === this.#me) this.#means.cursors.read(event.conversation, event.last_read);
        break;
      case "delivered":
        rooms.mark(event.conversation, event.user, event.last_delivered, { mark: "delivered", isNow: true });
        break;
      case "chat":
        this.#means.chats.take(event.conversation, event.settings);
        break;
      case "joined":
        rooms.join(event.conversation, event.user);
        notices.add(rooms.get(event.conversation), { what: "joined", user: event.user });
        if (event.user === this.#me) {
          void sync.refresh();
          void this.#means.feed.expect(event.conversation);
          void sync.load(() => invitations.load());
        } else if (directory.hasMembers(event.conversation) && rooms.isSmall(event.conversation)) {
          void sync.attempt(() => directory.loadMembers(event.conversation));
        } else if (history.of(event.conversation)) {
          void sync.attempt(() => directory.learn(event.conversation, [event.user]));
        }
        break;
      case "left":
        return this.left(event.conversation, event.user, event.by);
      case "room":
        changes.hear(event.conversation, event.change);
        void sync.attempt(() => changes.fetch(event.conversation));
        return this.changed(event.room);
      case "removed":
        return this.#removed(event);
      case "invited":
        void sync.load(() => invitations.invited(event.conversation));
        break;
    }
    onchange();
  }

  /** @param {Message} pushed */
  received(pushed) {
    const { rooms, history, revisions, typing, outgoing, receipts, sync, onchange } = this.#means;
    const { conversation, sender, client_id } = pushed;
    receipts.received(pushed);
    this.#means.cursors.heard(pushed);
    if (sender === this.#me && client_id) outgoing.arrived(client_id, pushed);
    typing.set(conversation, sender, false);
    // The quote of an answer may be older than a change of the quoted message.
    const message = { ...revisions.latest(pushed), quoted: undefined };
    if (!message.hidden) rooms.apply(message, this.addresses(message));
    this.#means.feed.hear(message);
    if (message.hidden) return onchange();
    void sync.attempt(() => history.add(message));
    if (!rooms.get(conversation)) void sync.refresh();
    onchange();
  }

  /**
   * Begins receipts again: those of an own message here, and those of another one at its sender.
   * @param {Message} message
   */
  #edited(message) {
    const { rooms, receipts, reading } = this.#means;
    if (message.sender === this.#me) return rooms.marks.begin(message);
    receipts.received(message);
    reading.edited(message);
  }

  /**
   * Returns whether a message mentions the user, or answers their message, as far as that is loaded.
   * @param {Message} message
   */
  addresses({ conversation, mentions, mentions_all, reply_to }) {
    const answered = reply_to ? this.#means.history.of(conversation)?.get(reply_to) : undefined;
    return mentions_all === true || mentions?.includes(this.#me) === true || answered?.sender === this.#me;
  }

  /** Marks a room as read by the sender of each message, and fetches their names. @param {Message[]} messages */
  fetched(messages) {
    const { rooms, directory, sync, onchange } = this.#means;
    for (const { conversation, sender, id } of messages) rooms.mark(conversation, sender, id);
    const room = messages[0]?.conversation;
    // The members of a small room are fetched when it is opened.
    if (room !== undefined && rooms.get(room) && !rooms.isSmall(room)) {
      void sync.attempt(() => directory.learn(room, messages.map(({ sender }) => sender)));
    }
    onchange();
  }

  /**
   * Applies the settings and roles of a room, which an event or a call has brought.
   * @param {import("./rooms.js").BareRoom} room
   */
  changed(room) {
    const { rooms, notices, onchange } = this.#means;
    const before = rooms.get(room.id);
    rooms.change(room);
    notices.changed(before, rooms.get(room.id));
    onchange();
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {number} [by] the admin who has removed the user
   */
  left(room, user, by) {
    const { rooms, directory, history, changes, revisions, typing, notices, onchange } = this.#means;
    rooms.leave(room, user);
    if (user === this.#me) this.#means.feed.forget(room);
    if (user === this.#me) this.#means.cursors.forget(room);
    if (user === this.#me) changes.forget(room);
    if (user === this.#me) revisions.forget(room);
    if (user === this.#me) notices.forget(room);
    else notices.add(rooms.get(room), { what: "left", user, by });
    typing.set(room, user, false);
    directory.removeMember(room, user);
    if (user === this.#me) history.forget(room);
    onchange();
  }

  /** @param {{conversation: number, by: number, banned: boolean}} event */
  #removed({ conversation, by, banned }) {
    const { rooms, directory, sync, onnotice } = this.#means;
    const room = rooms.get(conversation);
    this.left(conversation, this.#me);
    // The event may be late: they may be a member again.
    void sync.refresh();
    if (!room) return;
    const isMe = by === this.#me;
    const name = directory.knows(by) ? directory.name(by) : "An admin";
    onnotice(removal({ title: directory.title(room), name, isMe, isOwner: by === room.owner, banned }));
  }

  /**
   * Reports a message after fetching the name of its sender, because a screen reader speaks it only once.
   * @param {Message} pushed
   */
  async announce(pushed) {
    const { directory, sync } = this.#means;
    const { conversation, sender } = pushed;
    if (sender !== this.#me && !directory.knows(sender)) {
      await sync.attempt(() => directory.learn(conversation, [sender]));
    }
    const room = this.#means.rooms.get(conversation);
    if (room && isQuiet(room, Date.now()) && !this.addresses(this.#means.revisions.latest(pushed))) return;
    this.report(pushed);
  }

  /**
   * Reports a message of another user as it is now, unless it is deleted.
   * @param {Message} pushed
   */
  report(pushed) {
    const { revisions, onmessage } = this.#means;
    const message = revisions.latest(pushed);
    if (message.sender !== this.#me && !message.deleted_at && !message.hidden) onmessage(message);
  }
}
