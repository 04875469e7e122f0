// The face of the library: one signed-in account.

import { backoff, sleep } from "./backoff.js";
import { Failure, withoutSlash } from "./call.js";
import { Chat } from "./chat.js";
import { Events } from "./events.js";
import { keyOf, saveSession, savedSession } from "./session.js";
import { Shelf, memory, scopeOf } from "./storage.js";
import { Typist } from "./typist.js";

/** Attempts of a call that can be repeated: the waits between them are half a minute at most. */
const ATTEMPTS = 7;
/** Milliseconds. A call for which the server asks for a longer wait is not repeated. */
const LONGEST_WAIT = 30_000;
/** Messages of an open room that are kept when new ones come. */
const KEPT = 1_000;

/**
 * @typedef {import("./history.js").History} History
 * @typedef {import("./session.js").Session} Session
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./storage.js").Store} Store
 * @typedef {import("./api.js").Invitation} Invitation
 * @typedef {import("./message-calls.js").Forwarded} Forwarded
 * @typedef {object} Server
 * @property {string} server the address of the REST API, such as `http://localhost:8000`
 * @property {string} socket the address of the WebSocket API, such as `ws://localhost:8000/prod`
 * @property {Store} [storage] a place for unsent messages, names and device tokens, such as `localStorage`; memory by
 *   default. Accounts and servers can share it
 * @typedef {object} Extras
 * @property {File} [file] a picture or a video
 * @property {number} [reply_to] the id of a message of the room
 * @property {number[]} [mentions] ids of members
 * @property {boolean} [mentions_all] whether all members are mentioned
 */

/** Events of the server that are passed on as they are. */
const PASSED_ON = new Set(["reaction", "typing", "read", "joined", "left", "removed", "invited"]);

/** A connected account. It works from its construction to `close`. */
export class Client extends Events {
  #chat;
  #typist;
  /** @type {Promise<void>} */
  #ready;
  #isOnline = false;
  #ended = false;

  /** @param {Server & {session: Session}} options */
  constructor({ server, socket, session, storage = memory() }) {
    super();
    const address = withoutSlash(server);
    const scope = scopeOf(address);
    const shelf = new Shelf(storage, scope);
    const place = placeOf(session, shelf);
    const chat = this.#chat = new Chat(place.load() ?? session, {
      server: address, socket, scope, storage: shelf, place, follows: true, most: KEPT,
    });
    place.save(chat.session);
    this.#typist = new Typist((room, typing) => chat.tellTyping(room, typing));
    this.#ready = new Promise((resolve, reject) => {
      chat.addEventListener("change", () => chat.ready && resolve(undefined));
      this.addEventListener("end", () => reject(closed()));
    });
    // It is awaited only by those who ask for it.
    this.#ready.catch(() => undefined);
    this.#listen(place);
  }

  /** The id of the account. */
  get id() {
    return this.#chat.me;
  }

  /**
   * Enough to construct a client without the password. Its tokens change once a day. The storage has the newest ones, so
   * that an older session with the same storage works as well.
   * @returns {Session}
   */
  get session() {
    return this.#chat.session;
  }

  /** Whether events come in. */
  get isOnline() {
    return this.#isOnline;
  }

  /** Resolves once the rooms are known. Rejects if the session ends before. @returns {Promise<void>} */
  get ready() {
    return this.#ready;
  }

  /** The rooms, the last active one first. @returns {Room[]} */
  get rooms() {
    return this.#chat.rooms.list();
  }

  /** @param {number} room @returns {Room | undefined} */
  room(room) {
    return this.#chat.rooms.get(room);
  }

  /** Returns the name of a user, as far as it is known. @param {number} user */
  nameOf(user) {
    return this.#chat.directory.name(user);
  }

  /** Invitations without an answer. @returns {Invitation[]} */
  get invitations() {
    return this.#chat.invitations.list();
  }

  /**
   * Opens the direct room with a user.
   * @param {string} username
   * @returns {Promise<number>} the room
   */
  openDirect(username) {
    return this.#repeated(() => this.#chat.directs.open(username));
  }

  /**
   * Creates a group. Users who cannot be added immediately get an invitation.
   * @param {string} name
   * @param {string[]} usernames
   * @returns {Promise<number>} the room
   */
  createGroup(name, usernames) {
    return this.#once(() => this.#chat.membership.createGroup(name, usernames));
  }

  /**
   * Joins an open room by its number, or any room by an invite code.
   * @param {number | string} room
   * @returns {Promise<number>} the room
   */
  join(room) {
    const { membership } = this.#chat;
    return this.#repeated(async () => {
      if (typeof room === "string") return membership.accept(room);
      await membership.join(room);
      return room;
    });
  }

  /**
   * Accepts or declines an invitation.
   * @param {number} room
   * @param {boolean} accept
   */
  answerInvitation(room, accept) {
    return this.#once(() => this.#chat.invitations.answer(room, accept));
  }

  /** @param {number} room */
  leave(room) {
    return this.#once(() => this.#chat.membership.leave(room));
  }

  /**
   * Opens a room: its messages are loaded, and stay up to date until `shut`.
   * @param {number} room
   * @returns {Promise<Message[]>} the newest messages, oldest first
   */
  async open(room) {
    try {
      await this.#repeated((history) => history.open(room));
    } catch (failure) {
      if (failure instanceof Failure && !failure.passes) this.shut(room);
      throw failure;
    }
    return this.messages(room);
  }

  /** Returns the loaded messages of an open room, oldest first. @param {number} room @returns {Message[]} */
  messages(room) {
    return [...this.#chat.timeline(room)?.messages ?? []];
  }

  /**
   * Loads older messages of an open room. Only the newest 1,000 stay when new ones come.
   * @param {number} room
   * @returns {Promise<boolean>} whether there are more
   */
  async loadOlder(room) {
    await this.#repeated((history) => history.loadOlder(room));
    return this.#chat.timeline(room)?.hasOlder ?? false;
  }

  /** Forgets the messages of an open room. @param {number} room */
  shut(room) {
    this.#chat.forget(room);
  }

  /**
   * Sends a message. It is sent again after failures that pass, and in the order of the calls for a room. After a refusal,
   * such as 403, 409 or 413, it is not sent.
   * @param {number} room
   * @param {string} text
   * @param {Extras} [extras]
   * @returns {Promise<Message>} the message, once the server has it
   * @throws {Failure} with `status` and `code` of the refusal, or the code `closed` after `close`: then the message is in
   * the storage, and the next client with it sends it
   */
  async send(room, text, { file, ...about } = {}) {
    if (this.#chat.signal.aborted) throw closed();
    this.#typist.sends(room);
    return this.#chat.outgoing.deliver(room, text, file, about);
  }

  /**
   * Changes the text of an own message.
   * @param {Message} message
   * @param {string} text
   * @param {{mentions?: number[], mentions_all?: boolean}} [mentioned]
   */
  edit(message, text, { mentions = [], mentions_all = false } = {}) {
    return this.#repeated(() => this.#chat.revisions.edit(message, { text, mentions, mentions_all }));
  }

  /**
   * @param {Message} message
   * @param {"everyone" | "me"} [audience]
   */
  delete(message, audience = "everyone") {
    return this.#repeated(() => this.#chat.revisions.delete(message, audience));
  }

  /**
   * Sets the reaction of the account, or removes it.
   * @param {Message} message
   * @param {string | null} emoji
   */
  react(message, emoji) {
    return this.#repeated(() => this.#chat.revisions.react(message, emoji));
  }

  /**
   * Returns all reactions to a message.
   * @param {Message} message
   * @returns {Promise<{user: number, emoji: string}[]>}
   */
  reactions(message) {
    return this.#repeated(() => this.#chat.revisions.reactions(message));
  }

  /**
   * Forwards a message to at most five rooms.
   * @param {Message} message
   * @param {number[]} rooms
   * @returns {Promise<Forwarded[]>} the new message or the problem of each room
   */
  forward(message, rooms) {
    const client_id = crypto.randomUUID();
    return this.#repeated(() => this.#chat.revisions.forward(message, rooms, client_id));
  }

  /** Marks a room as read up to a message. @param {Pick<Message, "conversation" | "id">} message */
  read({ conversation, id }) {
    return this.#repeated(() => this.#chat.reading.read(conversation, id));
  }

  /**
   * Shows that the account is typing, for four seconds: to be called again for as long as it is. It ends with the next
   * message.
   * @param {number} room
   */
  typing(room) {
    if (!this.#chat.signal.aborted) this.#typist.types(room);
  }

  /** Connects again after `replaced`. */
  resume() {
    this.#chat.resume();
  }

  /**
   * Ends the session on the server, and closes the client. Of the account, only its device token stays in the storage:
   * messages that are not sent are removed.
   */
  async signOut() {
    this.#typist.end();
    await this.#chat.logOut();
    this.#end();
  }

  /** Ends everything, and keeps the session. Messages that are not sent stay in the storage. */
  close() {
    this.#typist.end();
    this.#chat.close();
    this.#end();
  }

  /** @param {ReturnType<typeof placeOf>} place */
  #listen(place) {
    const chat = this.#chat;
    const { signal } = chat;
    // Without the signal, which is aborted before.
    chat.addEventListener("end", () => {
      place.forget();
      this.#end();
    });
    /** @param {string} type @param {(detail: any) => void} listener */
    const on = (type, listener) => chat.addEventListener(
      type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal });
    on("message", (message) => this.#tell("message", message));
    on("revised", (message) => this.#tell("changed", message));
    on("refused", (refusal) => {
      chat.outgoing.discard(refusal.unsent);
      this.#tell("refused", refusal);
    });
    on("pushed", (event) => PASSED_ON.has(event.type) && this.#tell(event.type, event));
    on("replaced", () => this.dispatchEvent(new Event("replaced")));
    on("change", () => {
      const isOnline = chat.connected;
      if (isOnline !== this.#isOnline) {
        this.#isOnline = isOnline;
        this.dispatchEvent(new Event(isOnline ? "online" : "offline"));
      }
      this.dispatchEvent(new Event("update"));
    });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#isOnline = false;
    this.dispatchEvent(new Event("end"));
  }

  /**
   * @template T
   * @param {(history: History) => Promise<T>} task
   * @returns {Promise<T>}
   */
  async #once(task) {
    const { signal } = this.#chat;
    if (signal.aborted) throw closed();
    try {
      return await this.#chat.ask(task);
    } catch (failure) {
      throw signal.aborted && failure instanceof Failure && failure.status === 0 ? closed() : failure;
    }
  }

  /**
   * Repeats a task after failures that pass. Only for tasks that can be repeated.
   * @template T
   * @param {(history: History) => Promise<T>} task
   * @returns {Promise<T>}
   */
  async #repeated(task) {
    const { signal } = this.#chat;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(task);
      } catch (failure) {
        if (!(failure instanceof Failure) || !failure.passes || signal.aborted) throw failure;
        if (attempt + 1 === ATTEMPTS || failure.retryAfter > LONGEST_WAIT) throw failure;
        await sleep(Math.max(backoff(attempt), failure.retryAfter), signal);
      }
    }
  }
}

/**
 * The place of a session in a storage.
 * @param {Session} session
 * @param {Shelf} shelf
 */
function placeOf(session, shelf) {
  const key = `session ${keyOf(session)}`;
  return {
    load: () => savedSession(shelf, key),
    save: (/** @type {Session} */ newest) => saveSession(shelf, newest, key),
    forget: () => shelf.removeItem(key),
  };
}

function closed() {
  return new Failure(0, "closed", "The client is closed.");
}
