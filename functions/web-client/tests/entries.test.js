import assert from "node:assert/strict";
import { test } from "node:test";

import { Notices } from "../page/client/notices.js";
import { Rooms } from "../page/client/rooms.js";
import { entries } from "../page/views/entries.js";
import { message, room } from "./message.js";

/**
 * The entries of room 1 for user 1.
 * @param {import("../page/client/timeline.js").Message[]} messages
 * @param {import("../page/client/outbox.js").Unsent[]} unsent
 */
function shown(messages, unsent = [], notices = new Notices()) {
  const rooms = new Rooms(1);
  rooms.take(room(1));
  const directory = { name: (/** @type {number} */ user) => `User ${user}`, knows: () => true };
  /** @type {any} */
  const chat = {
    me: 1, rooms, directory, notices, timeline: () => undefined, outgoing: { of: () => unsent, progress: () => 0.5 },
    receipts: { state: () => "delivered" },
  };
  return entries(chat, 1, messages);
}

/** @param {number} sequence @param {string} client_id */
const mine = (sequence, client_id) => message(sequence, { sender: 1, receivers: [2], client_id });
/** @param {string} client_id @param {Partial<import("../page/client/outbox.js").Unsent>} [differences] */
const unsent = (client_id, differences) => ({ client_id, conversation: 1, text: "hi", at: 1, ...differences });

/** @param {import("../page/views/entries.js").Entry} entry */
const textOf = (entry) => entry.notice ?? entry.content.text;

test("what is not sent comes after what is, and keeps its key when it is sent", () => {
  assert.deepEqual(shown([message(1)], [unsent("a")]).map(({ key }) => key), ["id 1001", "mine a"]);
  assert.deepEqual(shown([message(1), mine(2, "a")], [unsent("a")]).map(({ key }) => key), ["id 1001", "mine a"]);
});

test("of two messages with one client_id only the last has its key, and others' have none", () => {
  const theirs = message(3, { client_id: "a" });
  assert.deepEqual(shown([mine(1, "a"), mine(2, "a"), theirs]).map(({ key }) => key), ["id 1001", "mine a", "id 1003"]);
});

test("one's own are sending, refused or what others have done, and those of others have no state", () => {
  const all = shown([message(1), mine(2, "a")], [unsent("b"), unsent("c", { refused: "You are not a member." })]);
  assert.deepEqual(all.map((entry) => "state" in entry && entry.state()), [null, "delivered", "sending", "refused"]);
});

test("a file that is not sent is shown with its progress", () => {
  const file = { key: "k", name: "cat.png", type: "image/png", size: 5 };
  const [entry] = shown([], [unsent("a", { file })]);
  assert.ok("media" in entry);
  const [{ kind, name, progress, unkept }] = entry.media;
  assert.deepEqual([kind, name, progress, unkept], ["picture", "cat.png", 0.5, false]);
});

test("a notice is below the message that was the last, and above what is not sent", () => {
  const notices = new Notices();
  const now = [undefined, message(1), message(2)];
  now.forEach((last, place) =>
    notices.add(room(1, { last_message: last ?? null }), { what: "joined", user: 4 + place }));
  const texts = shown([message(1), message(2)], [unsent("a")], notices).map(textOf);
  assert.deepEqual(texts, ["User 4 joined", "text 1", "User 5 joined", "text 2", "User 6 joined", "hi"]);
  assert.deepEqual(shown([], [], notices).length, 3);
});

test("a notice from before the first loaded message waits for it", () => {
  const notices = new Notices();
  notices.add(room(1, { last_message: message(1) }), { what: "joined", user: 4 });
  assert.deepEqual(shown([message(2)], [], notices).map(textOf), ["text 2"]);
});

test("a deleted message says so, and shows nothing else", () => {
  const by = (/** @type {number} */ sender, /** @type {number} */ deleted_by) => textOf(shown([message(1, {
    sender, deleted_by, deleted_at: "2026-01-01T13:00:00.000Z", text: "", forwarded: 2, reply_to: 900,
  })])[0]);
  assert.deepEqual([by(1, 1), by(2, 2), by(2, 3)], [
    "You deleted this message", "This message was deleted", "This message was deleted by an admin",
  ]);
});

/** @param {Partial<import("../page/client/timeline.js").Message>} about */
function content(about) {
  const [entry] = shown([message(1, about)]);
  assert.ok("content" in entry);
  return entry.content;
}

test("names of mentioned members are marked, and the user's own the most", () => {
  const { names, mine } = content({ mentions: [1, 3], mentions_all: true });
  assert.deepEqual([names, mine], [["User 1", "User 3", "all"], "User 1"]);
  assert.deepEqual([content({ mentions: [3] }).mine, content({ mentions_all: true }).mine], ["", "all"]);
});

test("labels tell what was edited and forwarded", () => {
  const { isEdited, forwarded } = content({ edited_at: "2026-01-01T13:00:00.000Z", forwarded: 1 });
  assert.deepEqual([isEdited, forwarded], [true, "Forwarded"]);
  assert.deepEqual([content({}).forwarded, content({ forwarded: 5 }).forwarded], ["", "Forwarded many times"]);
});

test("a quote is one line with a name, as far as it is known", () => {
  const quoted = { id: 900, sender: 1, text: "long", truncated: true, attachment: null };
  assert.deepEqual(content({ reply_to: 900, quoted }).quote, { id: 900, name: "You", text: "long…" });
  const picture = { ...quoted, text: "", truncated: false, attachment: /** @type {const} */ ("picture") };
  assert.equal(content({ reply_to: 900, quoted: picture }).quote?.text, "Photo");
  assert.deepEqual(content({ reply_to: 900 }).quote, {
    id: null, name: "", text: "The original message is not available",
  });
  assert.equal(content({ reply_to: 900, quoted: undefined }).quote?.text, "…");
  assert.equal(content({}).quote, null);
});
