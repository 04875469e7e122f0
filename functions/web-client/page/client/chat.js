// The state of a logged-in user. Views read from and write to this object and its parts, and nothing else.

import { Administration } from "./administration.js";
import { Api } from "./api.js";
import { RENEW_AGAIN_AFTER } from "./attachments.js";
import { backoff, sleep } from "./backoff.js";
import { Failure } from "./call.js";
import { CatchUp } from "./catch-up.js";
import { Changes } from "./changes.js";
import { Chats } from "./chats.js";
import { Directory } from "./directory.js";
import { Directs } from "./directs.js";
import { Feed } from "./feed.js";
import { History } from "./history.js";
import { Incoming } from "./incoming.js";
import { Invitations } from "./invitations.js";
import { Persistence } from "./persistence.js";
import { Membership } from "./membership.js";
import { Notices } from "./notices.js";
import { Outgoing } from "./outgoing.js";
import { Cursors } from "./cursors.js";
import { People } from "./presence.js";
import { Privacy } from "./privacy.js";
import { Reading } from "./reading.js";
import { Receipts } from "./receipts.js";
import { Revisions } from "./revisions.js";
import { Rooms } from "./rooms.js";
import { keyOf } from "./session.js";
import { Socket } from "./socket.js";
import { Sync } from "./sync.js";
import { Tokens } from "./tokens.js";
import { Typing } from "./typing.js";
import { upload } from "./upload.js";

/** Milliseconds after which the members of an open group are fetched again. */
const MEMBERS_ARE_OLD_AFTER = 60_000;

/** The most members of a room in which the server announces typing. */
const MOST_HEARERS = 64;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Options
 * @property {string} socket the address of the WebSocket API
 * @property {import("./storage.js").Shelf} storage
 * @property {string} [server] the address of the REST API; by default that of the page
 * @property {string} [scope] the beginning of the names of databases and locks, if they are shared with other servers
 * @property {import("./tokens.js").Place} [place] where the session is stored, for new tokens
 * @property {import("./persistence.js").Means["database"]} [database] where chats are stored that can be read without a network
 * @property {boolean} [follows] whether `message` comes for all messages of others, also for those that were missed
 * @property {number} [most] messages of a room that are kept when new ones come
 * @property {(signs: Signs) => void} [watch] watches for signs that something was missed
 * @typedef {object} Signs
 * @property {() => void} onback the page is visible again, or the network is back
 * @property {() => void} onseen the page is visible again
 * @property {() => void} onhidden the page is not visible any more
 * @property {() => void} onoffline
 * @property {() => void} onstorage another tab has changed the storage
 * @property {() => void} onpresence a minute has passed, and the page is visible
 * @property {AbortSignal} signal ends the watch
 */

/**
 * Dispatches `change` after any change, `message` for a message of another user, `revised` for another state of a
 * message, `gone` for a message that is deleted, `pushed` for each event of the server, `notice` for a text that the user
 * must not miss, `refused` for a message of the outbox, `replaced` after another socket has taken the place of this one,
 * and `end` after the session.
 */
export class Chat extends EventTarget {
  me;
  rooms;
  directory;
  directs;
  membership;
  chats;
  administration;
  notices = new Notices();
  invitations;
  privacy;
  people;
  outgoing;
  revisions;
  reading;
  receipts;
  offline = false;
  #api;
  #tokens;
  #typing;
  #history;
  #sync;
  /** @type {Persistence | undefined} */
  #persistence;
  #isRestored = false;
  /** @type {Incoming} */
  #incoming;
  /** @type {Socket} */
  #socket;
  /** @type {number | null} */
  #active = null;
  #notifying = false;
  #renewedAt = 0;
  #membersAt = 0;
  #controller = new AbortController();

  /**
   * @param {import("./session.js").Session} session
   * @param {Options} options
   */
  constructor(session, { socket, storage, place, database, server = "", scope = "", follows = false, most, watch }) {
    super();
    const { signal } = this;
    const onchange = () => this.#changed();
    const onended = () => this.#end();
    this.me = session.id;
    const tokens = this.#tokens = new Tokens(session, { place, server, scope, signal });
    const api = this.#api = new Api(tokens, { server, signal });
    const rooms = this.rooms = new Rooms(this.me);
    const cursors = new Cursors();
    const typing = this.#typing = new Typing(onchange);
    const changes = new Changes({
      api, apply: (message) => this.revisions.apply(message), reset: (room) => this.#history.reload(room), signal,
    });
    const history = this.#history = new History(api, (fetched) => this.#incoming.fetched(fetched), changes, most);
    const directory = this.directory = new Directory(session, { api, rooms, storage, onchange, signal });
    const outgoing = this.outgoing = new Outgoing(this.me, {
      api, storage, scope, onsent: (message) => this.#incoming.received(message), onchange, onended,
      onrefused: (unsent, failure) => this.#dispatch("refused", { unsent, failure }),
    });
    const feed = new Feed({
      api, follows, until: (isThere) => this.#sync.until(isThere), onended, signal,
      // Their order matters more than the names of their senders.
      onmessage: (message) => (follows ? this.#incoming.report(message) : void this.#incoming.announce(message)),
    });
    const onleft = (/** @type {number} */ room) => this.#incoming.left(room, this.me);
    const persistence = this.#persistence = database
      && new Persistence(keyOf(session), { database, rooms, cursors, changes, history, signal });
    const restored = persistence?.restore() ?? Promise.resolve(false);
    const catchUp = new CatchUp(this.me, {
      api, rooms, cursors, changes, history, feed, onleft, onchange, signal,
      revisions: {
        apply: (message) => this.revisions.apply(message), latest: (message) => this.revisions.latest(message),
      },
      isOpen: (room) => follows || room === this.#active,
    });
    const sync = this.#sync = new Sync({
      catchUp, restored, directory, socket: () => this.#socket, onchange, onended, signal,
      isListed: (room) => rooms.get(room) !== undefined, oncurrent: () => void persistence?.flush(),
    });
    const chats = this.chats = new Chats({ api, rooms, history, sync, onchange, signal });
    const reading = this.reading = new Reading(this.me, { api, rooms, cursors, history, sync, chats, onchange });
    const receipts = this.receipts = new Receipts(this.me, { api, rooms, sync, socket: () => this.#socket, onchange });
    const revisions = this.revisions = new Revisions(this.me, {
      api, rooms, history, changes, sync, onchange, onsent: (message) => this.#incoming.received(message),
      onrevised: (message) => this.#dispatch("revised", message),
      ongone: (message) => {
        persistence?.gone(message);
        this.#dispatch("gone", message);
      },
    });
    const appears = (/** @type {number} */ room) => sync.appears(room);
    const invitations = this.invitations = new Invitations({
      api, appears, onchange,
      oninvited: ({ name, invited_by }) => this.notify(`${invited_by.username} invites you to ${name}.`),
    });
    const people = this.people = new People({ api, onchange });
    this.#incoming = new Incoming(this.me, {
      people, rooms, cursors, directory, history, changes, revisions, typing, outgoing, receipts, reading, sync, chats,
      invitations, feed, notices: this.notices,
      onchange, onmessage: (message) => this.#dispatch("message", message),
      onnotice: (text) => this.notify(text),
    });
    this.membership = new Membership({ api, rooms, directory, notices: this.notices, appears, onleft });
    this.administration = new Administration({
      api, directory, upload, onleft, signal,
      onchanged: (room) => this.#incoming.changed(room),
      wait: (milliseconds) => sleep(milliseconds, signal),
    });
    this.directs = new Directs({ api, rooms, directory, onleft });
    this.privacy = new Privacy(this.me, { api, onchange });
    this.#socket = new Socket({
      dial: () => new WebSocket(socket, ["bearer", tokens.access]),
      backoff,
      onevent: (event) => {
        this.#incoming.hear(event);
        this.#dispatch("pushed", event);
      },
      onopen: () => this.#connected(),
      onlost: (wasOpen) => this.#lost(wasOpen),
    });
    watch?.({
      onback: () => this.#back(),
      onseen: () => this.#socket.resume(),
      onhidden: () => void persistence?.flush(),
      onoffline: () => this.#socket.check(),
      onstorage: onchange,
      onpresence: () => this.#lookForPresence(),
      signal,
    });
    void restored.then((isThere) => {
      this.#isRestored = isThere;
      if (isThere) this.#changed();
      // With nothing to show, it does not wait for the connection.
      else void sync.refresh();
    });
  }

  /** The session with its newest tokens. */
  get session() {
    return this.#tokens.session;
  }

  /** Aborted by `close`. */
  get signal() {
    return this.#controller.signal;
  }

  /** Whether the rooms are known, as they are or as they were. */
  get ready() {
    return this.isCurrent || this.#isRestored;
  }

  /** Whether the rooms are known as they were when the page was open. */
  get isCurrent() {
    return this.#sync.isCurrent;
  }

  /** Whether another window or device of the user has taken the place of this page. */
  get replaced() {
    return this.#socket.isReplaced;
  }

  /** Whether events come in. */
  get connected() {
    return this.#socket.isOpen;
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
    this.#membersAt = Date.now();
    this.#lookForPresence();
    this.#changed();
  }

  /** @param {number} room */
  async loadOlder(room) {
    await this.#sync.attempt(() => this.#history.loadOlder(room));
  }

  /**
   * Runs a call for a caller who sees its failure. A failure also ends the session, or lists the rooms again.
   * @template T
   * @param {(history: History) => Promise<T>} call
   * @returns {Promise<T>}
   */
  async ask(call) {
    try {
      return await call(this.#history);
    } catch (failure) {
      if (failure instanceof Failure) this.#sync.failed(failure);
      throw failure;
    }
  }

  /**
   * Loads older messages of the open room until one is there.
   * @param {number} room
   * @param {number} message
   * @returns {Promise<"found" | "gone" | "too far" | undefined>} undefined after a failure, which is shown, or if another
   * room is open
   */
  async reach(room, message) {
    /** @type {"found" | "gone" | "too far" | undefined} */
    let outcome;
    const isWanted = () => this.#active === room;
    await this.tell(async () => { outcome = await this.#history.reach(room, message, isWanted); });
    return isWanted() ? outcome : undefined;
  }

  /**
   * Searches the messages of a room, or goes on with a search.
   * @param {number} room
   * @param {string} words
   * @param {string | null} further
   */
  async search(room, words, further) {
    const found = await this.#api.search(room, words, further);
    this.#incoming.fetched(found.messages);
    return found;
  }

  /** Forgets the messages of a room. @param {number} room */
  forget(room) {
    this.#history.forget(room);
  }

  /** @param {number} room */
  async loadMoreMembers(room) {
    await this.#sync.attempt(() => this.directory.loadMoreMembers(room));
  }

  /** Runs a task for which the user waits, and shows why it has failed. @param {() => Promise<void>} task */
  async tell(task) {
    await this.#sync.attempt(() => task().catch((failure) => {
      if (failure instanceof Failure && !failure.endsSession) return this.notify(failure.message);
      throw failure;
    }));
  }

  /** Shows a text that the user must not miss. @param {string} text */
  notify(text) {
    this.#dispatch("notice", text);
  }

  /** Lists the sessions of the user, this one first. */
  sessions() {
    return this.ask(() => this.#api.sessions());
  }

  /** Ends a session of the user on another device. @param {string} id */
  endSession(id) {
    return this.ask(() => this.#api.endSession(id));
  }

  /** Fetches new links to the pictures of rooms, unless that has just been done: all of them expire together. */
  renewPictures() {
    if (Date.now() - this.#renewedAt < RENEW_AGAIN_AFTER) return;
    this.#renewedAt = Date.now();
    this.#sync.renew(this.rooms.list().filter(({ picture }) => picture).map(({ id }) => id));
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

  /** Ends the session on the server, and removes all that is stored of the account, also messages that are not sent. */
  async logOut() {
    // First, because the server closes the sockets of a session that ends: they must not be dialled again.
    this.close();
    // Before the call, which may be slow or fail.
    this.#forget();
    this.outgoing.forget();
    await this.#api.logOut().catch(() => undefined);
    this.dispatchEvent(new Event("end"));
  }

  /** Stops every call, timer and listener. */
  close() {
    this.#controller.abort();
    this.#socket.end();
    this.#typing.end();
    this.outgoing.end();
    this.receipts.end();
    this.#history.end();
  }

  #end() {
    if (this.signal.aborted) return;
    this.close();
    this.#forget();
    this.dispatchEvent(new Event("end"));
  }

  /** Removes the stored chats and names. Unsent messages wait for the next session, because this one may have expired. */
  #forget() {
    this.directory.forget();
    void this.#persistence?.forget();
  }

  #back() {
    this.#socket.check();
    this.#sync.wake();
    this.outgoing.wake();
    this.#lookForPresence();
  }

  /** Asks for the presence of the person of the open room, or of its members. */
  #lookForPresence() {
    const room = this.#active === null ? undefined : this.rooms.get(this.#active);
    if (!room || this.offline) return;
    const other = this.directory.other(room);
    if (other !== undefined) {
      void this.#sync.attempt(() => this.people.ask(other));
    } else if (Date.now() - this.#membersAt >= MEMBERS_ARE_OLD_AFTER) {
      this.#membersAt = Date.now();
      void this.#sync.attempt(() => this.directory.loadMembers(room.id));
    }
  }

  #connected() {
    this.offline = false;
    this.outgoing.wake();
    void this.#sync.refresh().then(() => {
      this.receipts.listed();
      return this.#lookForPresence();
    });
    void this.#sync.load(() => this.invitations.load());
    void this.#sync.load(() => this.privacy.load());
  }

  /**
   * Refreshes after a handshake that has failed, because a page cannot see why; a call shows whether the session is over.
   * @param {boolean} wasOpen
   */
  #lost(wasOpen) {
    this.offline = true;
    this.#changed();
    if (this.replaced) this.#dispatch("replaced", undefined);
    if (!wasOpen) void this.#sync.refresh();
  }

  /**
   * @param {"message" | "revised" | "gone" | "pushed" | "notice" | "refused" | "replaced"} type
   * @param {unknown} detail
   */
  #dispatch(type, detail) {
    if (!this.signal.aborted) this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Dispatches one event for all changes of a turn. */
  #changed() {
    this.#persistence?.changed();
    if (this.#notifying) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      this.dispatchEvent(new Event("change"));
    });
  }
}
