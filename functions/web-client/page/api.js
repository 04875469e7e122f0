// Calls of the REST API, one method an endpoint.

import { call } from "./call.js";

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {{id: number, username: string}} User
 * @typedef {{user: number, username: string, joined_at: string, last_read: number | null, online: boolean}} Member
 * @typedef {{messages: Message[], more: boolean}} Page
 * @typedef {import("./attachments.js").Kind} Kind
 * @typedef {{id: string, upload: {url: string, fields: Record<string, string>}, expires_in: number}} Announced
 */

/**
 * @param {string} username
 * @param {string} password
 */
export async function register(username, password) {
  await call("POST", "/auth/register/", { body: { username, password } });
}

/**
 * @param {string} username
 * @param {string} password
 * @returns {Promise<import("./session.js").Session>}
 */
export async function logIn(username, password) {
  const { json } = await call("POST", "/auth/login/", { body: { username, password } });
  return { token: json.access_token, id: json.user.id, username: json.user.username };
}

/** The calls that need a token. */
export class Api {
  #token;

  /** @param {string} token */
  constructor(token) {
    this.#token = token;
  }

  async logOut() {
    await this.#call("POST", "/auth/logout/");
  }

  /** @returns {Promise<Room[]>} */
  async rooms() {
    return (await this.#call("GET", "/list-chatrooms/")).json;
  }

  /**
   * @param {{type: "chat" | "group", name: string, members: number[]}} room
   * @returns {Promise<Room>}
   */
  async createRoom(room) {
    return (await this.#call("POST", "/create-chatroom/", room)).json;
  }

  /** @param {number} room */
  async join(room) {
    await this.#call("POST", "/join-chatroom/", { chatroom_id: room });
  }

  /** @param {number} room */
  async leave(room) {
    await this.#call("DELETE", `/leave-chatroom/${room}/`);
  }

  /**
   * @param {string} username
   * @returns {Promise<User>}
   */
  async findUser(username) {
    return (await this.#call("GET", `/find-user/?username=${encodeURIComponent(username)}`)).json;
  }

  /**
   * @param {number} room
   * @returns {Promise<Member[]>}
   */
  async members(room) {
    return (await this.#call("GET", `/list-members/${room}/`)).json;
  }

  /**
   * Returns the newest page, or the page before or after a message.
   * @param {number} room
   * @param {{before?: number, after?: number, limit?: number}} range
   * @returns {Promise<Page>}
   */
  async messages(room, range = {}) {
    const query = new URLSearchParams(Object.entries(range).map(([name, value]) => [name, String(value)]));
    const { json, more } = await this.#call("GET", `/list-conversation-messages/${room}/?${query}`);
    return { messages: json, more };
  }

  /**
   * Announces a file. The answer has the form with which to upload it.
   * @param {{conversation: number, kind: Kind, content_type: string, size: number, name: string}} file
   * @returns {Promise<Announced>}
   */
  async announce({ conversation, ...file }) {
    return (await this.#call("POST", "/create-attachment/", { conversation_id: conversation, ...file })).json;
  }

  /**
   * @param {{conversation: number, text: string, client_id: string, attachment?: {kind: Kind, id: string}}} message
   * @returns {Promise<Message>}
   */
  async send({ conversation, text, client_id, attachment }) {
    const attached = attachment ? { [`attachment_${attachment.kind}`]: attachment.id } : {};
    const message = { conversation_id: conversation, text, client_id, ...attached };
    return (await this.#call("POST", "/send-message/", message)).json;
  }

  /**
   * @param {number} room
   * @param {number} message
   */
  async markRead(room, message) {
    await this.#call("POST", "/read-message/", { conversation_id: room, message_ids: [message] });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  #call(method, path, body) {
    return call(method, path, { token: this.#token, body });
  }
}
