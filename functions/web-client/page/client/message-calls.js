// Calls of the REST API about messages, one method an endpoint.

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {{user: number, delivered_at: string | null, read_at: string | null}} Receipt
 * @typedef {{messages: Message[], more: boolean}} Page
 * @typedef {import("./attachments.js").Kind} Kind
 * @typedef {{id: string, upload: {url: string, fields: Record<string, string>}, expires_in: number}} Announced
 * @typedef {{changed: Message[], change: number, more: boolean, reset: boolean}} ChangeList
 * @typedef {{after?: number, change?: number, membership?: number, last_read?: number,
 *   settings_version?: number}} KnownRoom a room as a client has it
 * @typedef {{last_delivered: number | null, last_read: number | null}} MemberMarks
 * @typedef {{room: import("./rooms.js").Room, membership: number, messages: Message[], changed: Message[],
 *   after: number | null, change: number, marks: {[user: string]: MemberMarks}, more: boolean, reset: boolean}} SyncedRoom
 * @typedef {{rooms: {[room: string]: SyncedRoom}, gone: number[], more: boolean}} Synced
 * @typedef {{code: string, status: number, detail?: string}} Problem
 * @typedef {{conversation_id: number, message?: Message, problem?: Problem, retry_after?: number}} Forwarded
 */

export class MessageCalls {
  #tokens;
  #target;

  /**
   * @param {import("./tokens.js").Tokens} tokens
   * @param {import("./call.js").Target} [target]
   */
  constructor(tokens, target) {
    this.#tokens = tokens;
    this.#target = target;
  }

  /**
   * Returns the newest page, or the page before or after a message.
   * @param {number} room
   * @param {{before?: number, after?: number, limit?: number}} range
   * @returns {Promise<Page>}
   */
  async messages(room, range = {}) {
    const { json, next } = await this.#call("GET", `/list-conversation-messages/${room}?${query(range)}`);
    return { messages: json, more: next !== null };
  }

  /**
   * Returns the messages that have changed since a change, as they are now. Without a number, none, and the number up
   * to which messages that are listed later have all changes.
   * @param {number} room
   * @param {number} [after] the number of the last known change
   * @returns {Promise<ChangeList>}
   */
  async changes(room, after) {
    return (await this.#call("GET", `/list-changes/${room}?${query({ after })}`)).json;
  }

  /**
   * Returns the news of all rooms: of those that are given, after the given numbers, and of the others as new ones.
   * @param {{rooms: {[room: string]: KnownRoom}, marks: boolean}} known `marks`: whether those of others are wanted
   * @returns {Promise<Synced>}
   */
  async sync(known) {
    return (await this.#call("POST", "/sync", known)).json;
  }

  /**
   * Searches the messages of a room, or goes on with a search.
   * @param {number} room
   * @param {string} words
   * @param {string | null} [further] the `next` of the last answer
   * @returns {Promise<{messages: Message[], next: string | null}>} the newest first
   */
  async search(room, words, further = null) {
    const path = further ?? `/search-messages?conversation_id=${room}&q=${encodeURIComponent(words)}`;
    const { json, next } = await this.#call("GET", path);
    return { messages: json.messages, next };
  }

  /**
   * Announces a file. The answer has the form with which to upload it. The picture of a room has no conversation.
   * @param {{conversation?: number, kind: Kind, content_type: string, size: number, name: string}} file
   * @returns {Promise<Announced>}
   */
  async announce({ conversation, ...file }) {
    return (await this.#call("POST", "/create-attachment", { conversation_id: conversation, ...file })).json;
  }

  /**
   * @param {{conversation: number, text: string, client_id: string, attachment?: {kind: Kind, id: string},
   *   reply_to?: number, mentions?: number[], mentions_all?: boolean}} message
   * @returns {Promise<Message>}
   */
  async send({ conversation, text, client_id, attachment, reply_to, mentions, mentions_all }) {
    const attached = attachment ? { [`attachment_${attachment.kind}`]: attachment.id } : {};
    const message = { conversation_id: conversation, text, client_id, ...attached, reply_to, mentions, mentions_all };
    return (await this.#call("POST", "/send-message", message)).json;
  }

  /**
   * @param {Message} message
   * @param {{text: string} & import("./mentions.js").Mentions} content
   * @returns {Promise<Message>} as it is now
   */
  async edit(message, content) {
    return (await this.#call("POST", "/edit-message", { ...named(message), ...content })).json;
  }

  /**
   * @param {Message} message
   * @param {"everyone" | "me"} audience
   * @returns {Promise<Message>} as it is now
   */
  async delete(message, audience) {
    return (await this.#call("POST", "/delete-message", { ...named(message), for: audience })).json;
  }

  /**
   * Sets the reaction of the user, or removes it.
   * @param {Message} message
   * @param {string | null} emoji
   * @returns {Promise<Message>} as it is now
   */
  async react(message, emoji) {
    return (await this.#call("POST", "/react-to-message", { ...named(message), emoji })).json;
  }

  /**
   * @param {Message} message
   * @returns {Promise<{user: number, emoji: string}[]>}
   */
  async reactions({ conversation, id }) {
    return (await this.#call("GET", `/list-reactions/${conversation}/${id}`)).json;
  }

  /**
   * Returns a page of the receivers of an own message, by id.
   * @param {Message} message
   * @param {number} [after]
   * @returns {Promise<{receipts: Receipt[], more: boolean}>}
   */
  async receipts({ conversation, id }, after) {
    const { json, next } = await this.#call("GET", `/message-info/${conversation}/${id}?${query({ after })}`);
    return { receipts: json, more: next !== null };
  }

  /**
   * Forwards a message to rooms. The same call with the same `client_id` can be repeated.
   * @param {Message} message
   * @param {number[]} to
   * @param {string} client_id
   * @returns {Promise<Forwarded[]>}
   */
  async forward(message, to, client_id) {
    return (await this.#call("POST", "/forward-message", { ...named(message), to, client_id })).json;
  }

  /**
   * @param {number} room
   * @param {number} message
   */
  async markRead(room, message) {
    await this.#call("POST", "/read-message", { conversation_id: room, message_ids: [message] });
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

/** The fields that name a message in a body. @param {Pick<Message, "conversation" | "id">} message */
function named({ conversation, id }) {
  return { conversation_id: conversation, message_id: id };
}

/** Returns the given values as a query. @param {{[name: string]: number | undefined}} values */
export function query(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}
