// The REST API: every call, and what its failures mean.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {{id: number, username: string}} User
 * @typedef {{user: number, username: string, joined_at: string, last_read: number | null, online: boolean}} Member
 * @typedef {{messages: Message[], more: boolean}} Page
 * @typedef {import("./attachments.js").Kind} Kind
 * @typedef {{id: string, upload: {url: string, fields: Record<string, string>}, expires_in: number}} Announced
 */

/** Longer than API Gateway waits for a function. */
const PATIENCE = 35_000;

/** A call that gave nothing. */
export class Failure extends Error {
  /**
   * @param {number} status 0 where no answer came
   * @param {string} code
   * @param {string} detail
   * @param {number} retryAfter milliseconds that the server asks for
   */
  constructor(status, code, detail, retryAfter = 0) {
    super(detail);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may well succeed later. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the token is good for nothing any more. */
  get endsSession() {
    return this.code === "unauthenticated";
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{token?: string, body?: unknown}} options
 * @returns {Promise<{json: any, more: boolean}>}
 */
async function call(method, path, { token, body }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  let response, json;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    response = await fetch(path, { method, headers, body: body ? JSON.stringify(body) : null, signal, cache: "no-store" });
    json = await response.json();
  } catch {
    throw new Failure(response?.ok === false ? response.status : 0, "unreachable", "The server cannot be reached.");
  }
  if (!response.ok) {
    // It may be a date, of whatever is in between.
    const retryAfter = 1_000 * (Number(response.headers.get("retry-after")) || 0);
    throw new Failure(response.status, json.code, json.detail ?? "The server has failed.", retryAfter);
  }
  return { json, more: response.headers.get("link")?.includes('rel="next"') ?? false };
}

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

/** The calls of somebody who is logged in. */
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
   * The newest page, or the one before or after a message.
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
   * A file that is to be uploaded: the answer has the form for it.
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
