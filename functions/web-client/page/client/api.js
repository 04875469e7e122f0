// Calls of the REST API, one method an endpoint.

import { call } from "./call.js";
import { deviceToken, keepDeviceToken } from "./devices.js";
import { MessageCalls, query } from "./message-calls.js";
import { tokensOf } from "./tokens.js";

/**
 * @typedef {import("./rooms.js").BareRoom} BareRoom
 * @typedef {{id: number, username: string}} User
 * @typedef {{user: number, username: string, joined_at: string, last_delivered: number | null,
 *   last_read: number | null, online: boolean | null}} Member
 * @typedef {{members: Member[], more: boolean}} MemberPage
 * @typedef {{conversation: number, name: string, picture: import("./attachments.js").Attachment | null,
 *   members_count: number, invited_by: User, expires_at: string}} Invitation
 * @typedef {{user: number, username: string, blocked_at: string}} Blocked
 * @typedef {{id: string, device: string | null, created_at: string, last_used_at: string, current: boolean}} ListedSession
 * @typedef {"everyone" | "contacts" | "nobody"} Circle
 * @typedef {{add: Circle, last_seen: Circle, online: Circle, receipts: boolean}} PrivacySettings
 * @typedef {{user: number, online: boolean | null, last_seen: string | null}} Presence
 * @typedef {{name: string, description: string, picture: import("./attachments.js").Attachment | null,
 *   members_count: number}} Preview
 * @typedef {{name?: string, description?: string, picture?: string, remove_picture?: boolean,
 *   access?: BareRoom["access"], history?: BareRoom["history"],
 *   only_admins?: Partial<BareRoom["only_admins"]>}} Settings
 */

/**
 * @param {string} username
 * @param {string} password
 * @param {import("./call.js").Target} [target]
 */
export async function register(username, password, target) {
  await call("POST", "/auth/register", { ...target, body: { username, password } });
}

/**
 * @param {string} username
 * @param {string} password
 * @param {import("./devices.js").Store} store the place of the browser's device tokens
 * @param {import("./call.js").Target & {device?: string}} [target] `device`: its name in the list of sessions
 * @returns {Promise<import("./session.js").Session>}
 */
export async function logIn(username, password, store, { device, ...target } = {}) {
  const body = { username, password, device_token: deviceToken(store, username), device };
  const { json } = await call("POST", "/auth/login", { ...target, body });
  keepDeviceToken(store, username, json.device_token);
  return { ...tokensOf(json), key: crypto.randomUUID(), id: json.user.id, username: json.user.username };
}

/** @returns {Promise<string>} the id of the deployed build */
export async function version() {
  return (await call("GET", "/version", {})).json.build;
}

/** The calls that need a token. */
export class Api extends MessageCalls {
  #tokens;
  #target;

  /**
   * @param {import("./tokens.js").Tokens} tokens
   * @param {import("./call.js").Target} [target]
   */
  constructor(tokens, target) {
    super(tokens, target);
    this.#tokens = tokens;
    this.#target = target;
  }

  /** Ends the session, after everything else has ended. */
  async logOut() {
    await this.#tokens.call("POST", "/auth/logout", { server: this.#target?.server });
  }

  /**
   * Returns the one direct room with a user, or the notes of the caller.
   * @param {number} user
   * @returns {Promise<BareRoom>}
   */
  async openDirect(user) {
    return (await this.#call("POST", "/open-direct", { user })).json;
  }

  /**
   * @param {{type: "group", name: string, members: number[], access: "invite" | "open"}} room
   * @returns {Promise<BareRoom>}
   */
  async createRoom(room) {
    return (await this.#call("POST", "/create-chatroom", room)).json;
  }

  /** @param {number} room */
  async join(room) {
    await this.#call("POST", "/join-chatroom", { chatroom_id: room });
  }

  /**
   * Joins by an invite code.
   * @param {string} invite
   * @returns {Promise<number>} the room
   */
  async accept(invite) {
    return (await this.#call("POST", "/join-chatroom", { invite })).json.conversation;
  }

  /**
   * @param {string} invite
   * @returns {Promise<Preview>}
   */
  async preview(invite) {
    return (await this.#call("POST", "/preview-invite", { invite })).json;
  }

  /**
   * Replaces the invite code of a room by a new one, or by none.
   * @param {number} room
   * @param {boolean} enabled
   * @returns {Promise<string | null>}
   */
  async resetInvite(room, enabled) {
    return (await this.#call("POST", "/reset-invite", { conversation_id: room, enabled })).json.invite;
  }

  /**
   * @param {number} room
   * @param {number[]} members
   * @param {number} history the number of earlier messages that they can see
   * @returns {Promise<{user: number, status: string}[]>}
   */
  async addMembers(room, members, history) {
    return (await this.#call("POST", "/add-members", { conversation_id: room, members, history })).json.results;
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {boolean} [ban]
   */
  async removeMember(room, user, ban) {
    await this.#call("POST", "/remove-member", { conversation_id: room, user, ban });
  }

  /**
   * @param {number} room
   * @param {number} user
   * @param {import("./rooms.js").Role} role
   * @returns {Promise<BareRoom>}
   */
  async setRole(room, user, role) {
    return (await this.#call("POST", "/set-role", { conversation_id: room, user, role })).json;
  }

  /**
   * Changes the given settings.
   * @param {number} room
   * @param {Settings} settings
   * @returns {Promise<BareRoom>}
   */
  async setRoom(room, settings) {
    return (await this.#call("POST", "/set-room", { conversation_id: room, ...settings })).json;
  }

  /**
   * Changes the given settings of a chat.
   * @param {number} room
   * @param {Partial<import("./rooms.js").ChatSettings> & {cleared?: true}} settings
   * @returns {Promise<import("./rooms.js").ChatSettings>}
   */
  async setChat(room, settings) {
    return (await this.#call("POST", "/set-chat", { conversation_id: room, ...settings })).json;
  }

  /** @param {number} room */
  async deleteRoom(room) {
    await this.#call("DELETE", `/delete-chatroom/${room}`);
  }

  /** @param {number} room */
  async leave(room) {
    await this.#call("DELETE", `/leave-chatroom/${room}`);
  }

  /**
   * @param {string} username
   * @returns {Promise<User>}
   */
  async findUser(username) {
    return (await this.#call("GET", `/find-user?username=${encodeURIComponent(username)}`)).json;
  }

  /**
   * Returns the first members by user id, or those after a user.
   * @param {number} room
   * @param {{after?: number, limit: number}} range
   * @returns {Promise<MemberPage>}
   */
  async members(room, { after = 0, limit }) {
    const range = query(after > 0 ? { limit, after } : { limit });
    const { json, next } = await this.#call("GET", `/list-members/${room}?${range}`);
    return { members: json, more: next !== null };
  }

  /** @returns {Promise<Invitation[]>} the newest last */
  async invitations() {
    return (await this.#call("GET", "/list-invitations")).json;
  }

  /**
   * @param {number} room
   * @param {boolean} accept
   */
  async answerInvitation(room, accept) {
    await this.#call("POST", "/answer-invitation", { conversation_id: room, accept });
  }

  /**
   * @param {number} user
   * @param {boolean} blocked
   */
  async setBlock(user, blocked) {
    await this.#call("POST", "/set-block", { user, blocked });
  }

  /** @returns {Promise<Blocked[]>} */
  async blocks() {
    return (await this.#call("GET", "/list-blocks")).json;
  }

  /** @returns {Promise<ListedSession[]>} this one first */
  async sessions() {
    return (await this.#call("GET", "/list-sessions")).json;
  }

  /** @param {string} id */
  async endSession(id) {
    await this.#call("DELETE", `/end-session/${id}`);
  }

  /**
   * Returns the settings of privacy, after changing those that are given.
   * @param {Partial<PrivacySettings>} [changes]
   * @returns {Promise<PrivacySettings>}
   */
  async setPrivacy(changes = {}) {
    return (await this.#call("POST", "/set-privacy", changes)).json;
  }

  /**
   * @param {number[]} users at most 50
   * @returns {Promise<Presence[]>} by id
   */
  async presence(users) {
    return (await this.#call("GET", `/get-presence?users=${users.join(",")}`)).json;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  #call(method, path, body) {
    return this.#tokens.call(method, path, { ...this.#target, body });
  }
}
