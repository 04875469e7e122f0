// Everything that somebody who is logged in sees and does: the one place that the views read from and write to.

import { Api, Failure } from "./api.js";
import { backoff, pause } from "./backoff.js";
import { Delivery } from "./delivery.js";
import { Files } from "./files.js";
import { History } from "./history.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Rooms } from "./rooms.js";
import { Sending } from "./sending.js";
import { Socket } from "./socket.js";
import { Typing } from "./typing.js";
import { upload } from "./upload.js";

/**
 * @typedef {import("./api.js").Member} Member
 * @typedef {import("./outbox.js").Unsent} Unsent
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./timeline.js").Message} Message
 */

/** Nothing tells when somebody comes online or goes. */
const LOOK_FOR_PRESENCE = 60_000;

/** Dispatches `change` when anything is different, `message` when somebody else has written, and `end`. */
export class Chat extends EventTarget {
  me;
  rooms;
  offline = false;
  /** Whether the list of rooms has come. */
  ready = false;
  #api;
  #people;
  #files;
  #outbox;
  #history;
  #typing;
  #sending;
  #delivery;
  #socket;
  /** @type {Map<number, Member[]>} */
  #members = new Map();
  /** @type {number | null} */
  #active = null;
  /** @type {Set<number>} rooms that are being marked as read */
  #marking = new Set();
  /** @type {Promise<void> | null} */
  #refreshing = null;
  #refreshAgain = false;
  #learning = false;
  #failures = 0;
  #notifying = false;
  #controller = new AbortController();

  /**
   * @param {import("./session.js").Session} session
   * @param {string} url the WebSocket API's
   */
  constructor(session, url) {
    super();
    this.me = session.id;
    this.rooms = new Rooms(session.id);
    this.#api = new Api(session.token);
    this.#people = new People(session);
    this.#files = new Files(session.id);
    this.#outbox = new Outbox(localStorage, this.#files, session.id);
    this.#history = new History(this.#api, (fetched) => this.#fetched(fetched));
    this.#typing = new Typing(() => this.#changed());
    this.#sending = new Sending({
      api: this.#api, outbox: this.#outbox, files: this.#files, upload, onchange: () => this.#changed(),
    });
    this.#delivery = new Delivery({
      outbox: this.#outbox,
      send: (unsent) => this.#sending.send(unsent),
      onsent: (message) => this.#received(message),
      onchange: () => this.#changed(),
      onended: () => this.#end(),
      alone: (room, task) => navigator.locks.request(`outbox:${this.me}:${room}`, task),
      backoff,
    });
    this.#socket = new Socket({
      dial: () => new WebSocket(url, ["bearer", session.token]),
      backoff,
      onevent: (event) => this.#hear(event),
      onopen: () => this.#connected(),
      onlost: () => this.#lost(),
    });
    this.#watch();
    void this.#refresh();
  }

  /** Aborted when this has fallen silent. */
  get signal() {
    return this.#controller.signal;
  }

  /** @param {number} user */
  name(user) {
    return this.#people.name(user);
  }

  /** @param {Room} room */
  title(room) {
    const other = this.other(room);
    return other !== undefined && this.#people.knows(other) ? this.#people.name(other) : room.name;
  }

  /** @param {number} room */
  timeline(room) {
    return this.#history.of(room);
  }

  /** @param {number} room */
  unsent(room) {
    return this.#outbox.of(room);
  }

  /** @param {number} room */
  members(room) {
    return this.#members.get(room) ?? [];
  }

  /** @param {number} room */
  typists(room) {
    return this.#typing.in(room).map((user) => this.#people.name(user));
  }

  /**
   * The one other person in a chat of two.
   * @param {Room} room
   */
  other({ type, members }) {
    return type === "chat" && members.length === 2 ? members.find((member) => member !== this.me) : undefined;
  }

  /**
   * The room that is looked at.
   * @param {number | null} room
   */
  look(room) {
    this.#active = room;
    if (room === null) return;
    this.#attempt(() => this.#history.open(room));
    this.#attempt(() => this.#loadMembers(room));
    this.#changed();
  }

  /** @param {number} room */
  async loadOlder(room) {
    await this.#attempt(() => this.#history.loadOlder(room));
  }

  /**
   * @param {number} room
   * @param {string} text
   * @param {File} [file]
   */
  send(room, text, file) {
    this.#outbox.add(room, text, file);
    this.#delivery.wake();
    this.#changed();
  }

  /** @param {Unsent} unsent */
  retry(unsent) {
    this.#outbox.retry(unsent);
    this.#delivery.wake();
    this.#changed();
  }

  /** @param {Unsent} unsent */
  discard(unsent) {
    this.#outbox.remove(unsent.client_id);
    this.#sending.cancel(unsent);
    this.#changed();
  }

  /** How much of its file is uploaded, from 0 to 1; undefined where none is. @param {Unsent} unsent */
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

  /** The links to the attachments of a message have expired. @param {Message} message */
  async renew({ conversation, id }) {
    await this.#attempt(() => this.#history.renew(conversation, id));
  }

  /**
   * @param {number} room
   * @param {boolean} typing
   */
  tellTyping(room, typing) {
    this.#socket.send({ type: "typing", conversation: room, typing });
  }

  /**
   * The newest message of a room is before the user's eyes.
   * @param {number} id
   */
  async seen(id) {
    const room = this.rooms.get(id);
    const last = this.#history.of(id)?.messages.at(-1);
    if (!room?.unread || !last || last.id < (room.last_message?.id ?? 0) || this.#marking.has(id)) return;
    this.#marking.add(id);
    await this.#attempt(async () => {
      await this.#api.markRead(id, last.id);
      this.rooms.mark(id, this.me, last.id);
      this.#changed();
    });
    this.#marking.delete(id);
  }

  /**
   * The chat with somebody: the one there is, or a new one.
   * @param {string} username
   * @returns {Promise<number>} the room
   */
  async startChat(username) {
    const user = await this.#find(username);
    if (user.id === this.me) throw new Failure(400, "invalid_request", "That is you.");
    const known = this.rooms.list().find((room) => this.other(room) === user.id);
    if (known) return known.id;
    const name = `${this.name(this.me)}, ${user.username}`;
    return this.#create({ type: "chat", name, members: [user.id] });
  }

  /**
   * @param {string} name
   * @param {string[]} usernames
   * @returns {Promise<number>} the room
   */
  async createGroup(name, usernames) {
    const users = await Promise.all(usernames.map((username) => this.#find(username)));
    return this.#create({ type: "group", name, members: users.map(({ id }) => id) });
  }

  /** @param {number} room */
  async join(room) {
    await this.#api.join(room);
    await this.#appears(room);
  }

  /** @param {number} room */
  async leave(room) {
    await this.#api.leave(room);
    this.#left(room, this.me);
  }

  async logOut() {
    // The server closes the sockets of a session that ends, and nothing here shall wonder why.
    this.close();
    // Where the server cannot be reached, it is at least this browser that forgets the token.
    await this.#api.logOut().catch(() => undefined);
    this.#forget();
  }

  /** Falls silent, for good. */
  close() {
    this.#controller.abort();
    this.#socket.end();
    this.#delivery.end();
    this.#sending.end();
    this.#history.end();
  }

  #end() {
    if (this.signal.aborted) return;
    this.close();
    this.#forget();
  }

  #forget() {
    this.#people.forget();
    this.dispatchEvent(new Event("end"));
  }

  /** What may have happened while nobody looked. */
  #watch() {
    const { signal } = this;
    const look = () => {
      this.#socket.check();
      this.#delivery.wake();
    };
    addEventListener("online", look, { signal });
    addEventListener("offline", () => this.#socket.check(), { signal });
    addEventListener("pageshow", look, { signal });
    document.addEventListener("visibilitychange", () => !document.hidden && look(), { signal });
    // Another tab has sent, or written, something.
    addEventListener("storage", () => this.#changed(), { signal });
    const presence = setInterval(() => {
      const room = this.#active;
      if (room !== null && !document.hidden && !this.offline) void this.#attempt(() => this.#loadMembers(room));
    }, LOOK_FOR_PRESENCE);
    signal.addEventListener("abort", () => clearInterval(presence));
  }

  #connected() {
    this.offline = false;
    this.#delivery.wake();
    void this.#refresh();
  }

  /** A refused handshake tells a page nothing, a refused call does: the session may be over. */
  #lost() {
    this.offline = true;
    this.#changed();
    void this.#refresh();
  }

  /** @param {any} event */
  #hear(event) {
    switch (event.type) {
      case "message":
        return this.#received(event);
      case "typing":
        this.#typing.set(event.conversation, event.sender, event.typing);
        break;
      case "read":
        this.rooms.mark(event.conversation, event.user, event.last_read);
        break;
      case "joined":
        this.rooms.join(event.conversation, event.user);
        if (event.user === this.me) void this.#refresh();
        else if (this.#members.has(event.conversation)) void this.#attempt(() => this.#loadMembers(event.conversation));
        break;
      case "left":
        return this.#left(event.conversation, event.user);
    }
    this.#changed();
  }

  /** @param {Message} message */
  #received(message) {
    const { conversation, sender, client_id } = message;
    if (sender === this.me && client_id) this.#outbox.remove(client_id);
    this.#typing.set(conversation, sender, false);
    const isNew = message.id > (this.rooms.get(conversation)?.last_message?.id ?? 0);
    this.rooms.apply(message);
    void this.#attempt(() => this.#history.add(message));
    if (!this.rooms.get(conversation)) void this.#refresh();
    if (isNew && sender !== this.me) void this.#announce(message);
    this.#changed();
  }

  /** Not before the sender has a name, if it can be had: a message is spoken once. @param {Message} message */
  async #announce(message) {
    const { conversation, sender } = message;
    if (!this.#people.knows(sender)) await this.#attempt(() => this.#loadMembers(conversation));
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** Whoever has written has seen what came before. @param {Message[]} messages */
  #fetched(messages) {
    for (const { conversation, sender, id } of messages) this.rooms.mark(conversation, sender, id);
    this.#changed();
  }

  /**
   * @param {number} room
   * @param {number} user
   */
  #left(room, user) {
    this.rooms.leave(room, user);
    this.#typing.set(room, user, false);
    const members = this.members(room).filter((member) => member.user !== user);
    this.#members.set(room, members);
    if (user === this.me) this.#history.forget(room);
    this.#changed();
  }

  /**
   * Asks for the rooms, and for what their open timelines lack. Whoever asks while that runs, is answered by it.
   * @returns {Promise<void>}
   */
  #refresh() {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refreshAll();
    return this.#refreshing;
  }

  async #refreshAll() {
    while (this.#refreshAgain && !this.signal.aborted) {
      this.#refreshAgain = false;
      await this.#attempt(async () => {
        this.rooms.replace(await this.#api.rooms());
        this.ready = true;
        this.#changed();
        await Promise.all(this.rooms.list().map((room) => this.#history.refresh(room)));
      });
    }
    this.#refreshing = null;
    void this.#attempt(() => this.#learnNames());
  }

  /**
   * A list may be a little old, and lack the room of which one has just become a member.
   * @param {number} room
   */
  async #appears(room) {
    for (let attempt = 0; !this.rooms.get(room) && attempt < 4; attempt += 1) {
      if (attempt > 0) await pause(attempt);
      await this.#refresh();
    }
  }

  /** Asks who is in the rooms of which something is shown that has an unknown name. */
  async #learnNames() {
    if (this.#learning) return;
    this.#learning = true;
    try {
      for (const room of this.rooms.list()) {
        const shown = [this.other(room), room.last_message?.sender];
        const isUnknown = (/** @type {number | undefined} */ user) =>
          user !== undefined && room.members.includes(user) && !this.#people.knows(user);
        if (shown.some(isUnknown) && !this.signal.aborted) await this.#loadMembers(room.id);
      }
    } finally {
      this.#learning = false;
    }
  }

  /** @param {number} room */
  async #loadMembers(room) {
    const members = await this.#api.members(room);
    this.#members.set(room, members);
    this.#people.learn(members.map(({ user, username }) => ({ id: user, username })));
    for (const { user, last_read } of members) {
      this.rooms.join(room, user);
      if (last_read !== null) this.rooms.mark(room, user, last_read);
    }
    this.#changed();
  }

  /** @param {string} username */
  async #find(username) {
    try {
      const user = await this.#api.findUser(username);
      this.#people.learn([user]);
      return user;
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.code !== "user_not_found") throw failure;
      throw new Failure(failure.status, failure.code, `Nobody is called ${username}.`);
    }
  }

  /** @param {{type: "chat" | "group", name: string, members: number[]}} draft */
  async #create(draft) {
    const { id } = await this.#api.createRoom(draft);
    await this.#appears(id);
    return id;
  }

  /**
   * Does what nobody waits for. What fails and may pass is done again: a refresh finds all that is missing.
   * @param {() => Promise<void>} task
   */
  async #attempt(task) {
    try {
      await task();
      this.#failures = 0;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.endsSession) return this.#end();
      if (!failure.passes || !this.#socket.isOpen) return;
      this.#socket.check();
      const again = setTimeout(() => this.#refresh(), backoff(this.#failures));
      this.#failures += 1;
      this.signal.addEventListener("abort", () => clearTimeout(again));
    }
  }

  /** Many changes at once are one to the views. */
  #changed() {
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
