import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { History } from "../page/client/history.js";
import { NO_CHANGES, message, settled } from "./message.js";

/**
 * A server with the messages 1 to `count`, except those in `holes`, which are still being stored.
 * @param {number} count
 */
function server(count) {
  const holes = new Set();
  /** @type {any[]} */
  const asked = [];
  const stored = () => range(1, count).filter((sequence) => !holes.has(sequence));
  const api = {
    /** @param {number} _ @param {{before?: number, after?: number, limit?: number}} range */
    messages: async (_, range) => {
      asked.push(range);
      let known = stored().map((sequence) => message(sequence));
      const { before, after, limit = 50 } = range;
      if (before !== undefined) known = known.filter(({ id }) => id < before);
      if (after === undefined) return { messages: known.slice(-limit), more: known.length > limit };
      // Messages after a young hole are held back.
      const hole = Math.min(Infinity, ...holes);
      known = known.filter(({ id, sequence }) => id > after && sequence < hole);
      return { messages: known.slice(0, limit), more: known.length > limit };
    },
  };
  return { api: /** @type {any} */ (api), holes, asked, grow: (/** @type {number} */ by) => { count += by; } };
}

/** @param {History} history */
const sequences = (history) => history.of(1)?.messages.map(({ sequence }) => sequence);
/** @param {number} from @param {number} to */
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
/** @param {number} sequence @returns {any} */
const roomAt = (sequence) => ({ id: 1, last_message: message(sequence) });

test("the newest page comes first, older ones when they are asked for, to the beginning", async () => {
  const { api } = server(120);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  assert.deepEqual(sequences(history), range(71, 120));
  await Promise.all([history.loadOlder(1), history.loadOlder(1)]);
  assert.deepEqual(sequences(history), range(21, 120));
  await history.loadOlder(1);
  await history.loadOlder(1);
  assert.deepEqual(sequences(history), range(1, 120));
});

test("a push that others should have come before fetches them", async () => {
  const { api, grow } = server(10);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  grow(300);
  await history.add(message(310));
  assert.deepEqual(sequences(history), range(1, 310));
});

test("a room that has something newer is caught up with, and no other is asked for", async () => {
  const { api, asked, grow } = server(10);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.refresh(roomAt(10));
  assert.equal(asked.length, 0);
  await history.open(1);
  await history.refresh(roomAt(10));
  assert.equal(asked.length, 1);
  grow(2);
  await history.refresh(roomAt(12));
  assert.deepEqual(sequences(history), range(1, 12));
});

test("a message that is still on its way is waited for", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { api, holes, grow } = server(10);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  grow(2);
  holes.add(11);
  void history.add(message(12));
  await settled();
  assert.deepEqual(sequences(history), [...range(1, 10), 12]);
  holes.delete(11);
  context.mock.timers.tick(1_000);
  await settled();
  assert.deepEqual(sequences(history), range(1, 12));
});

test("while it is on its way it is asked for ever more rarely, up to every four seconds", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  context.mock.method(Math, "random", () => 1);
  const { api, asked, holes, grow } = server(10);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  grow(2);
  holes.add(11);
  asked.length = 0;
  void history.add(message(12));
  const times = [];
  for (let time = 0; time < 15_000; time += 50) {
    await settled();
    while (times.length < asked.length) times.push(time);
    context.mock.timers.tick(50);
  }
  assert.deepEqual(times, [0, 500, 1_500, 3_500, 7_500, 11_500]);
});

test("what a failure has cut off is fetched by the next refresh", async () => {
  const { api, grow } = server(10);
  const history = new History(api, () => undefined, NO_CHANGES);
  const { messages } = api;
  api.messages = async () => { throw new Failure(0, "unreachable", ""); };
  await assert.rejects(history.open(1));
  api.messages = messages;
  await history.refresh(roomAt(10));
  assert.deepEqual(sequences(history), range(1, 10));
  grow(5);
  api.messages = async () => { throw new Failure(0, "unreachable", ""); };
  await assert.rejects(history.add(message(15)));
  api.messages = messages;
  await history.refresh(roomAt(15));
  assert.deepEqual(sequences(history), range(1, 15));
});

test("expired links are asked for once, with those of the messages before, however many wait for them", async () => {
  const { api, asked } = server(60);
  let told = 0;
  const history = new History(api, () => { told += 1; }, NO_CHANGES);
  await history.open(1);
  asked.length = told = 0;
  await Promise.all([history.renew(1, 1060), history.renew(1, 1059), history.renew(2, 1060)]);
  assert.deepEqual([asked, told], [[{ before: 1061, limit: 50 }], 1]);
});

test("an earlier message is looked for page by page, to the beginning and not beyond", async () => {
  const { api, asked } = server(300);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  assert.deepEqual(await Promise.all([history.reach(1, 1120), history.reach(1, 1120)]), ["found", "found"]);
  assert.deepEqual([asked.length, sequences(history)], [3, range(51, 300)]);
  assert.equal(await history.reach(1, 1120), "found");
  assert.equal(await history.reach(1, 999), "gone");
  assert.equal(await history.reach(2, 1120), "gone");
  assert.equal(asked.length, 4);
});

test("an earlier message that is too far back is not looked for without end", async () => {
  const { api, asked } = server(5_000);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  assert.equal(await history.reach(1, 1001), "too far");
  assert.equal(asked.length, 21);
  await history.reach(1, 1001, () => asked.length < 23);
  assert.equal(asked.length, 23);
});

test("the message that a pushed one answers is fetched, unless it is there or quoted", async () => {
  const { api, asked, grow } = server(100);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  grow(4);
  asked.length = 0;
  await history.add(message(101, { reply_to: 1003, quoted: undefined }));
  await history.add(message(102, { reply_to: 1090, quoted: undefined }));
  await history.add(message(103, { reply_to: 1004, quoted: null }));
  await history.add(message(104, { reply_to: 900, quoted: undefined }));
  assert.deepEqual(asked, [{ before: 1004, limit: 1 }, { before: 901, limit: 1 }]);
  const quotes = history.of(1)?.messages.slice(-4).map(({ quoted }) => quoted && quoted.text);
  assert.deepEqual(quotes, ["text 3", undefined, null, null]);
});

test("a room that is listed anew has the newest page alone", async () => {
  const { api, grow } = server(120);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  await history.loadOlder(1);
  grow(10);
  await history.reload(1);
  assert.deepEqual(sequences(history), range(81, 130));
});

test("a room that could not be opened is opened by the next call, and calls at once load it once", async () => {
  const { api, asked } = server(3);
  const { messages } = api;
  let fails = true;
  api.messages = async (/** @type {any[]} */ ...range) => {
    if (fails) throw new Failure(503, "unavailable", "");
    return messages(...range);
  };
  const history = new History(api, () => undefined, NO_CHANGES);
  await assert.rejects(history.open(1), Failure);
  await assert.rejects(history.loadOlder(1).then(() => history.open(1)), Failure);
  fails = false;
  await Promise.all([history.open(1), history.open(1)].map((open) => open.then(() =>
    assert.deepEqual(sequences(history), [1, 2, 3]))));
  assert.equal(asked.length, 1);
});

test("a failure to load older messages reaches the caller", async () => {
  const { api } = server(120);
  const history = new History(api, () => undefined, NO_CHANGES);
  await history.open(1);
  api.messages = async () => { throw new Failure(503, "unavailable", ""); };
  await assert.rejects(history.loadOlder(1), Failure);
});

test("of a room that grows for ever the newest messages are kept, and older ones can be loaded", async () => {
  const { api, grow } = server(20);
  const history = new History(api, () => undefined, NO_CHANGES, 10);
  await history.open(1);
  for (let sequence = 21; sequence <= 50; sequence += 1) {
    grow(1);
    await history.add(message(sequence));
  }
  assert.deepEqual(sequences(history), range(41, 50));
  await history.loadOlder(1);
  assert.deepEqual(sequences(history), range(1, 50));
  grow(100);
  await history.add(message(150));
  assert.deepEqual(sequences(history), range(141, 150));
});
