// Messages and edits that later changes have overtaken on their way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../page/client/changes.js";
import { Feed } from "../page/client/feed.js";
import { History } from "../page/client/history.js";
import { Incoming } from "../page/client/incoming.js";
import { Revisions } from "../page/client/revisions.js";
import { Rooms } from "../page/client/rooms.js";
import { message, room, settled } from "./message.js";

/** @typedef {import("../page/client/timeline.js").Message} Message */

/**
 * What user 1 sees and hears of room 1, whose messages are loaded.
 * @param {Message[]} stored
 * @param {Message[]} [changed] the answer of the list of changes
 */
async function seen(stored, changed = []) {
  /** @type {string[]} */
  const spoken = [];
  const rooms = new Rooms(1);
  rooms.take(room(1, { last_message: stored.at(-1) }));
  const nothing = () => undefined;
  /** @type {any} */
  const api = {
    messages: async () => ({ messages: stored, more: false }),
    changes: async (/** @type {number} */ _, /** @type {number} */ after) =>
      ({ changed, change: after + 1, more: false, reset: false }),
  };
  const { signal } = new AbortController();
  const changes = new Changes({ api, apply: (one) => revisions.apply(one), reset: async () => undefined, signal });
  const history = new History(api, nothing, changes);
  const sync = { attempt: (/** @type {() => Promise<void>} */ task) => task(), refresh: nothing, renew: nothing };
  const revisions = new Revisions(1, {
    api, rooms, history, changes, sync, onchange: nothing, onsent: nothing, onrevised: nothing, ongone: nothing,
  });
  /** Ends the loading of the name of a sender, if one is unknown. @type {(() => void)[]} */
  const learnt = [];
  const directory = {
    known: true,
    knows: () => directory.known,
    learn: () => new Promise((resolve) => learnt.push(() => resolve(undefined))),
  };
  const feed = new Feed({
    api, follows: false, onmessage: (message) => void incoming.announce(message), until: async () => undefined,
    onended: nothing, signal,
  });
  /** @type {any} */
  const means = {
    rooms, cursors: { heard: nothing }, history, changes, revisions, directory, sync, feed, people: { heard: nothing }, typing: { set: nothing },
    outgoing: { arrived: nothing }, receipts: { received: nothing }, reading: { edited: nothing },
    notices: { changed: nothing }, onchange: nothing, onnotice: nothing,
    onmessage: (/** @type {Message} */ { text }) => spoken.push(text),
  };
  const incoming = new Incoming(1, means);
  changes.begin(1, 0, 0);
  await history.open(1);
  const hear = async (/** @type {any[]} */ ...events) => {
    for (const event of events) incoming.hear(event);
    await settled();
  };
  const texts = () => history.of(1)?.messages.map(({ text }) => text);
  const shown = () => ({ texts: texts(), last: rooms.get(1)?.last_message?.text, unread: rooms.unread, spoken });
  return { hear, shown, incoming, history, directory, learnt };
}

/** @param {Message} message */
const pushed = ({ quoted: _, ...message }) => ({ type: "message", changes: 0, ...message });
/** @param {"edited" | "deleted"} type @param {number} change @param {Message} message */
const changed = (type, change, { quoted: _, ...message }) => ({ type, conversation: 1, change, message });
const secret = message(2, { text: "secret" });
const edited = message(2, { text: "new", version: 2, edited_at: "2026-01-01T13:00:00.000Z" });
const stub = message(2, { text: "", version: 3, deleted_at: "2026-01-01T13:00:00.000Z", deleted_by: 2 });
const hidden = message(2, { text: "", hidden: true });

test("a message that is pushed after its deletion shows its stub, and is not spoken", async () => {
  const { hear, shown } = await seen([message(1)]);
  await hear(changed("deleted", 1, stub), pushed(secret), pushed(secret));
  assert.deepEqual(shown(), { texts: ["text 1", ""], last: "", unread: 1, spoken: [] });
});

test("a message that is pushed after its edit is shown and spoken as edited", async () => {
  const { hear, shown } = await seen([message(1)]);
  await hear(changed("edited", 1, edited), pushed(secret));
  assert.deepEqual(shown(), { texts: ["text 1", "new"], last: "new", unread: 1, spoken: ["new"] });
});

test("a message that is pushed after the user has deleted it does not appear", async () => {
  const { hear, shown } = await seen([message(1)]);
  await hear(changed("deleted", 1, hidden), pushed(secret));
  assert.deepEqual(shown(), { texts: ["text 1"], last: "text 1", unread: 0, spoken: [] });
});

test("a deletion for the user hides an edited message, of which it does not know yet", async () => {
  const { hear, shown } = await seen([message(1), secret]);
  await hear(changed("edited", 1, edited), changed("deleted", 2, hidden), changed("edited", 1, edited));
  assert.deepEqual(shown(), { texts: ["text 1"], last: "text 1", unread: 0, spoken: [] });
});

test("a message that is pushed after a reaction to it has the reaction", async () => {
  const reactions = [{ emoji: "👍", count: 1, users: [3], mine: false }];
  const { hear, history } = await seen([message(1)], [message(2, { reactions })]);
  await hear({ type: "reaction", conversation: 1, change: 1, message_id: 1002, user: 3, emoji: "👍" }, pushed(secret));
  assert.deepEqual(history.of(1)?.get(1002)?.reactions, reactions);
});

test("a message that is changed before the name of its sender is known is spoken as it is then", async () => {
  /** @type {[any, string[]][]} */
  const outcomes = [
    [changed("edited", 1, edited), ["new"]], [changed("deleted", 1, stub), []], [changed("deleted", 1, hidden), []],
  ];
  for (const [change, spoken] of outcomes) {
    const { hear, shown, directory, learnt } = await seen([message(1)]);
    directory.known = false;
    await hear(pushed(secret), change);
    assert.deepEqual([shown().spoken, learnt.length], [[], 1]);
    learnt[0]();
    await settled();
    assert.deepEqual(shown().spoken, spoken);
  }
});

test("an edit that comes after the deletion was fetched brings no text back into replies", async () => {
  const quoted = { id: 900, sender: 2, text: "old", attachment: null };
  const original = { id: 900, sequence: 0 };
  const { hear, history } = await seen([message(1, { reply_to: 900, quoted })], [{ ...stub, ...original }]);
  await hear({ type: "room", conversation: 1, change: 2, room: room(1) });
  await hear(changed("edited", 1, { ...edited, ...original }));
  assert.deepEqual(history.of(1)?.get(1001)?.quoted, null);
});

test("the answer to a reply brings no text back that was deleted meanwhile", async () => {
  const { hear, history, incoming } = await seen([message(1)]);
  await hear(changed("deleted", 1, { ...stub, id: 900, sequence: 0 }));
  const quoted = { id: 900, sender: 2, text: "old", attachment: null };
  incoming.received(message(2, { sender: 1, reply_to: 900, quoted }));
  await settled();
  assert.equal(history.of(1)?.get(1002)?.quoted, null);
});
