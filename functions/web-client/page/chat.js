// The state of a logged-in user. Views read from and write to this object and its parts, and nothing else.

import { Administration } from "./administration.js";
import { Api } from "./api.js";
import { RENEW_AGAIN_AFTER } from "./attachments.js";
import { watch } from "./attention.js";
import { backoff } from "./backoff.js";
import { Directory } from "./directory.js";
import { Directs } from "./directs.js";
import { History } from "./history.js";
import { Incoming } from "./incoming.js";
import { Invitations } from "./invitations.js";
import { Membership } from "./membership.js";
import { Notices } from "./notices.js";
import { Outgoing } from "./outgoing.js";
import { Privacy } from "./privacy.js";
import { Rooms } from "./rooms.js";
import { Socket } from "./socket.js";
import { Sync } from "./sync.js";
import { Typing } from "./typing.js";
import { upload } from "./upload.js";

/** The most members of a room in which the server announces typing. */
const MOST_HEARERS = 64;

/**
 * @typedef {import("./timeline.js").Message} Message
 */

/**
 * Dispatches `change` after any change, `message` for a message of another user, `notice` for a text that the user must
 * not miss, and `end` after the session.
 */
export class Chat extends EventTarget {
  me;
  rooms;
  directory;
  directs;
  membership;
  administration;
  notices = new Notices();
  invitations;
  privacy;
  outgoing;
  offline = false;
  #api;
  #typing;
  #history;
  #sync;
  /** @type {Incoming} */
  #incoming;
  /** @type {Socket} */
  #socket;
  /** @type {number | null} */
  #active = null;
  /** @type {Set<number>} rooms that are being marked as read */
  #marking = new Set();
  #notifying = false;
  #renewedAt = 0;
  #controller = new AbortController();

  /**
   * @param {import("./session.js").Session} session
   * @param {string} url of the WebSocket API
   */
  constructor(session, url) {
    super();
    const { signal } = this;
    const onchange = () => this.#changed();
    const onended = () => this.#end();
    this.me = session.id;
    const api = this.#api = new Api(session.token);
    const rooms = this.rooms = new Rooms(this.me);
    const typing = this.#typing = new Typing(onchange);
    const history = this.#history = new History(api, (fetched) => this.#incoming.fetched(fetched));
    const directory = this.directory = new Directory(session, { api, rooms, storage: localStorage, onchange, signal });
    const outgoing = this.outgoing = new Outgoing(this.me, {
      api, onsent: (message) => this.#incoming.received(message), onchange, onended,
    });
    const sync = this.#sync = new Sync({
      api, rooms, history, directory, socket: () => this.#socket, onchange, onended, signal,
    });
    const appears = (/** @type {number} */ room) => sync.appears(room);
    const onleft = (/** @type {number} */ room) => this.#incoming.left(room, this.me);
    const invitations = this.invitations = new Invitations({
      api, appears, onchange,
      oninvited: ({ name, invited_by }) => this.notify(`${invited_by.username} invites you to ${name}.`),
    });
    this.#incoming = new Incoming(this.me, {
      rooms, directory, history, typing, outgoing, sync, invitations, notices: this.notices, onchange,
      onmessage: (message) => this.#announce(message),
      onnotice: (text) => this.notify(text),
    });
    this.membership = new Membership({ api, rooms, directory, notices: this.notices, appears, onleft });
    this.administration = new Administration({
      api, directory, upload, onleft, signal,
      onchanged: (room) => this.#incoming.changed(room),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
    this.directs = new Directs({ api, rooms, directory, onleft });
    this.privacy = new Privacy(this.me, { api, onchange });
    this.#socket = new Socket({
      dial: () => new WebSocket(url, ["bearer", session.token]),
      backoff,
      onevent: (event) => this.#incoming.hear(event),
      onopen: () => this.#connected(),
      onlost: () => this.#lost(),
    });
    watch({
      onback: () => this.#back(),
      onseen: () => this.#socket.resume(),
      onoffline: () => this.#socket.check(),
      onstorage: onchange,
      onpresence: () => this.#lookForPresence(),
      signal,
    });
    void sync.refresh();
  }

  /** Aborted by `close`. */
  get signal() {
    return this.#controller.signal;
  }

  /** Whether the list of rooms has been received. */
  get ready() {
    return this.#sync.ready;
  }

  /** Whether another window or device of the user has taken the place of this page. */
  get replaced() {
    return this.#socket.isReplaced;
  }

  /** Takes the place of another window or device. */
  resume() {
    this.#socket.resume();
    this.#changed();
  }

  /** @param {number} room */
  timeline(room) {
    return this.#history.of(room);
  }

  /** @param {number} room */
  typists(room) {
    return this.#typing.in(room).map(({ user, kind }) => ({ name: this.directory.name(user), kind }));
  }

  /**
   * Makes a room the open one, and fetches its messages and members.
   * @param {number | null} room
   */
  look(room) {
    this.#active = room;
    if (room === null) return;
    void this.#sync.attempt(() => this.#history.open(room));
    void this.#sync.attempt(() => this.directory.loadMembers(room));
    this.#changed();
  }

  /** @param {number} room */
  async loadOlder(room) {
    await this.#sync.attempt(() => this.#history.loadOlder(room));
  }

  /** @param {number} room */
  async loadMoreMembers(room) {
    await this.#sync.attempt(() => this.directory.loadMoreMembers(room));
  }

  /** Shows a text that the user must not miss. @param {string} text */
  notify(text) {
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent("notice", { detail: text }));
  }

  /** Fetches new links to the pictures of rooms, unless that has just been done: all of them expire together. */
  renewPictures() {
    if (Date.now() - this.#renewedAt < RENEW_AGAIN_AFTER) return;
    this.#renewedAt = Date.now();
    void this.#sync.refresh();
  }

  /** Fetches new links to the attachments of a message. @param {Message} message */
  async renew({ conversation, id }) {
    await this.#sync.attempt(() => this.#history.renew(conversation, id));
  }

  /**
   * @param {number} room
   * @param {boolean} typing
   */
  tellTyping(room, typing) {
    const members = this.rooms.get(room)?.members_count ?? 0;
    if (members > 1 && members <= MOST_HEARERS) this.#socket.send({ type: "typing", conversation: room, typing });
  }

  /**
   * Marks a room as read, if its newest message is loaded. Called when the end of the room is in view.
   * @param {number} id
   */
  async seen(id) {
    const room = this.rooms.get(id);
    const last = this.#history.of(id)?.messages.at(-1);
    if (!room?.unread || !last || last.id < (room.last_message?.id ?? 0) || this.#marking.has(id)) return;
    this.#marking.add(id);
    await this.#sync.attempt(async () => {
      await this.#api.markRead(id, last.id);
      this.rooms.mark(id, this.me, last.id);
      this.#changed();
    });
    this.#marking.delete(id);
  }

  async logOut() {
    // First, because the server closes the sockets of a session that ends: they must not be dialled again.
    this.close();
    // If the server cannot be reached, at least this browser forgets the token.
    await this.#api.logOut().catch(() => undefined);
    this.#forget();
  }

  /** Stops every call, timer and listener. */
  close() {
    this.#controller.abort();
    this.#socket.end();
    this.outgoing.end();
    this.#history.end();
  }

  #end() {
    if (this.signal.aborted) return;
    this.close();
    this.#forget();
  }

  #forget() {
    this.directory.forget();
    this.dispatchEvent(new Event("end"));
  }

  #back() {
    this.#socket.check();
    this.outgoing.wake();
  }

  #lookForPresence() {
    const room = this.#active;
    if (room !== null && !this.offline) void this.#sync.attempt(() => this.directory.loadMembers(room));
  }

  #connected() {
    this.offline = false;
    this.outgoing.wake();
    void this.#sync.refresh();
    void this.#sync.load(() => this.invitations.load());
    void this.#sync.load(() => this.privacy.load());
  }

  /** Refreshes, because a page cannot see why a handshake was refused; a call shows whether the session is over. */
  #lost() {
    this.offline = true;
    this.#changed();
    void this.#sync.refresh();
  }

  /** @param {Message} message */
  #announce(message) {
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent("message", { detail: message }));
  }

  /** Dispatches one event for all changes of a turn. */
  #changed() {
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
