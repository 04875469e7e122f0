import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../page/client/changes.js";
import { Failure } from "../page/client/call.js";
import { History } from "../page/client/history.js";
import { Revisions } from "../page/client/revisions.js";
import { Rooms } from "../page/client/rooms.js";
import { message, room, settled } from "./message.js";

/** @typedef {import("../page/client/timeline.js").Message} Message */

/**
 * What user 1 sees of room 1, whose messages are loaded.
 * @param {Message[]} stored
 * @param {Partial<import("../page/client/message-calls.js").MessageCalls>} [calls]
 */
async function seen(stored, calls) {
  /** @type {number[]} */
  const gone = [];
  const count = { renewed: 0, changes: 0 };
  const rooms = new Rooms(1);
  const last = stored.at(-1) ?? null;
  rooms.take(room(1, { last_message: last }));
  /** @type {any} */
  const api = {
    messages: async () => ({ messages: stored, more: false }),
    changes: async (/** @type {number} */ _, /** @type {number} */ after) => {
      count.changes += 1;
      return { changed: stored, change: after + 1, more: false, reset: false };
    },
    ...calls,
  };
  const { signal } = new AbortController();
  const changes = new Changes({ api, apply: (one) => revisions.apply(one), reset: async () => undefined, signal });
  const history = new History(api, () => undefined, changes);
  const revisions = new Revisions(1, {
    api, rooms, history, changes, onchange: () => undefined, onsent: () => undefined,
    sync: { attempt: (task) => task(), renew: (rooms) => { count.renewed += rooms.length; } },
    onrevised: () => undefined, ongone: ({ id }) => gone.push(id),
  });
  changes.begin(1, 0, 0);
  await history.open(1);
  const texts = () => history.of(1)?.messages.map(({ text }) => text);
  const get = (/** @type {number} */ sequence) => history.of(1)?.get(1000 + sequence);
  return { revisions, rooms, history, gone, count, texts, get };
}

/** @param {"edited" | "deleted"} type @param {number} change @param {Message} message */
const event = (type, change, { quoted: _, ...message }) => ({ type, conversation: 1, change, message });
/** @param {number} sequence @param {number} version */
const deleted = (sequence, version) => message(sequence, {
  text: "", version, deleted_at: "2026-01-01T13:00:00.000Z", deleted_by: 2,
});

test("an edit and a deletion have one result in either order", async () => {
  const edit = event("edited", 1, message(1, { text: "new", version: 2, edited_at: "2026-01-01T13:00:00.000Z" }));
  const deletion = event("deleted", 2, deleted(1, 3));
  for (const order of [[edit, deletion], [deletion, edit], [deletion, edit, deletion, edit]]) {
    const { revisions, rooms, texts, gone } = await seen([message(1)]);
    for (const one of order) revisions.hear(one);
    await settled();
    assert.deepEqual([texts(), rooms.get(1)?.last_message?.text, gone.includes(1001)], [[""], "", true]);
  }
});

test("nothing of a deleted message is left: not in replies, summaries or memory", async () => {
  const secret = message(1, { text: "secret" });
  const quoted = { id: 1001, sender: 2, text: "secret", attachment: null };
  const reply = message(2, { text: "answer", reply_to: 1001, quoted });
  const { revisions, history, rooms } = await seen([secret, reply]);
  revisions.hear(event("deleted", 1, deleted(1, 2)));
  await settled();
  assert.doesNotMatch(JSON.stringify([history.of(1)?.messages, rooms.list()]), /secret/);
  assert.equal(history.of(1)?.get(1002)?.quoted, null);
});

test("a reply quotes the new text, also if the original is not loaded", async () => {
  const quoted = { id: 900, sender: 2, text: "old", attachment: null };
  const { revisions, get } = await seen([message(2, { reply_to: 900, quoted })]);
  revisions.hear(event("edited", 1, { ...message(0), id: 900, text: "new", version: 2 }));
  assert.equal(get(2)?.quoted?.text, "new");
});

test("what is deleted for the user leaves no gap, and no push brings it back", async () => {
  const { revisions, history, texts, rooms, count, gone } = await seen([message(1), message(2)]);
  revisions.hear(event("deleted", 1, message(2, { text: "", hidden: true })));
  await settled();
  assert.deepEqual([texts(), rooms.get(1)?.last_message?.text, count.renewed, gone], [["text 1"], "text 1", 1, [1002]]);
  await history.add(message(2));
  await history.add(message(3));
  assert.deepEqual([texts(), history.of(1)?.hasGap], [["text 1", "text 3"], false]);
});

test("an answer with an older state than an event changes nothing", async () => {
  const edit = async () => message(1, { text: "older", version: 2 });
  const { revisions, texts } = await seen([message(1)], { edit });
  revisions.hear(event("edited", 2, message(1, { text: "newest", version: 3 })));
  await revisions.edit(message(1), { text: "older", mentions: [], mentions_all: false });
  assert.deepEqual(texts(), ["newest"]);
});

test("the answer to an edit brings no deleted quote back", async () => {
  const quoted = { id: 900, sender: 2, text: "secret", attachment: null };
  const reply = message(1, { reply_to: 900, quoted });
  const { revisions, get } = await seen([reply], { edit: async () => ({ ...reply, text: "new", version: 2 }) });
  revisions.hear(event("deleted", 1, { ...deleted(0, 2), id: 900 }));
  await revisions.edit(reply, { text: "new", mentions: [], mentions_all: false });
  assert.deepEqual([get(1)?.text, get(1)?.quoted], ["new", null]);
});

test("an edit keeps quote, reactions and links that its event leaves out", async () => {
  const picture = {
    id: "p", url: "https://bucket.example/1", content_type: "image/png", size: 1, name: "a", expires_at: "",
  };
  const reactions = [{ emoji: "👍", count: 1, users: [1], mine: true }];
  const quoted = { id: 900, sender: 2, text: "q", attachment: null };
  const before = message(1, { reply_to: 900, quoted, reactions, attachment_picture: picture, attachment_video: null });
  const { revisions, get } = await seen([before]);
  const attachment_picture = { ...picture, url: "https://bucket.example/2" };
  const asAllSeeIt = [{ emoji: "👍", count: 1, users: [1], mine: false }];
  revisions.hear(event("edited", 1, { ...before, text: "new", version: 2, attachment_picture, reactions: asAllSeeIt }));
  assert.deepEqual(get(1), { ...before, text: "new", version: 2 });
});

/** @param {number} change @param {number} user @param {string | null} emoji */
const reaction = (change, user, emoji) =>
  ({ type: "reaction", conversation: 1, change, message_id: 1001, user, emoji });

test("reactions arrive, each once", async () => {
  const { revisions, get } = await seen([message(1)]);
  for (const one of [reaction(1, 2, "👍"), reaction(2, 3, "👍"), reaction(1, 2, "👍"), reaction(3, 2, null)]) {
    revisions.hear(one);
  }
  assert.deepEqual(get(1)?.reactions, [{ emoji: "👍", count: 1, users: [3], mine: false }]);
});

test("a reaction before which one is missing is fetched with it", async () => {
  const now = message(1, { reactions: [{ emoji: "👍", count: 2, users: [2, 3], mine: false }] });
  const { revisions, get, count } = await seen([message(1)], {
    changes: async () => { count.changes += 1; return { changed: [now], change: 2, more: false, reset: false }; },
  });
  revisions.hear(reaction(2, 3, "👍"));
  await settled();
  revisions.hear(reaction(1, 2, "👍"));
  assert.deepEqual([get(1)?.reactions, count.changes], [now.reactions, 1]);
});

test("of two quick reactions of the user the last one counts, whichever answer is later", async () => {
  /** @type {((message: Message) => void)[]} */
  const answers = [];
  const { revisions, get } = await seen([message(1)], { react: () => new Promise((resolve) => answers.push(resolve)) });
  const both = [revisions.react(message(1), "👍"), revisions.react(message(1), "❤️")];
  answers[1](message(1));
  answers[0](message(1));
  await Promise.all(both);
  assert.deepEqual(get(1)?.reactions?.map(({ emoji }) => emoji), ["❤️"]);
});

test("a reaction is as the server writes it", async () => {
  const reactions = [{ emoji: "❤️", count: 1, users: [1], mine: true }];
  const { revisions, get } = await seen([message(1)], { react: async () => message(1, { reactions }) });
  await revisions.react(message(1), "❤");
  assert.deepEqual(get(1)?.reactions, reactions);
});

test("a refused change leaves the message as it is", async () => {
  const refuse = async () => { throw new Failure(409, "too_late", "This message is too old for this."); };
  const { revisions, texts, get } = await seen([message(1)], { edit: refuse, react: refuse, delete: refuse });
  await assert.rejects(revisions.edit(message(1), { text: "x", mentions: [], mentions_all: false }), Failure);
  await assert.rejects(revisions.react(message(1), "👍"), Failure);
  await assert.rejects(revisions.delete(message(1), "everyone"), Failure);
  assert.deepEqual([texts(), get(1)?.reactions], [["text 1"], []]);
});

test("the changes of a room are forgotten with it", async () => {
  const { revisions } = await seen([message(1)]);
  revisions.apply(message(1, { text: "new", version: 2 }));
  assert.equal(revisions.latest(message(1)).text, "new");
  revisions.forget(2);
  assert.equal(revisions.latest(message(1)).text, "new");
  revisions.forget(1);
  assert.equal(revisions.latest(message(1)).text, "text 1");
});

test("of a thousand changes the last states are remembered, and earlier ones are forgotten", async () => {
  const { revisions } = await seen([message(1)]);
  const revise = (/** @type {number} */ sequence) => revisions.apply(message(sequence, { text: "new", version: 2 }));
  for (let sequence = 1; sequence <= 1_000; sequence += 1) revise(sequence);
  revise(2);
  revise(1_001);
  const latest = [1, 2, 3, 1_001].map((sequence) => revisions.latest(message(sequence)).text);
  assert.deepEqual(latest, ["text 1", "new", "new", "new"]);
});
