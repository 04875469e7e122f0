import assert from "node:assert/strict";
import { test } from "node:test";

import { sleep } from "../page/client/backoff.js";
import { Failure } from "../page/client/call.js";
import { Feed } from "../page/client/feed.js";
import { message, room, settled } from "./message.js";

/**
 * The new messages of room 1, whose server has the messages 1 to `count` except those in `holes`.
 * @param {import("node:test").TestContext} context
 * @param {number} count
 * @param {{follows?: boolean, holes?: number[], failures?: Failure[]}} [options]
 */
function feed(context, count, { follows = true, holes = [], failures = [] } = {}) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const controller = new AbortController();
  context.after(() => controller.abort());
  const server = { count, asked: 0, listed: 0, ended: 0 };
  /** @type {number[]} */
  const heard = [];
  const running = new Feed({
    api: {
      messages: async (_, { before = Infinity, after, limit = 50 } = {}) => {
        server.asked += 1;
        const failure = failures.shift();
        if (failure) throw failure;
        const all = Array.from({ length: server.count }, (_, index) => message(index + 1));
        const known = all.filter(({ id, sequence }) => id < before && id > (after ?? 0) && !holes.includes(sequence));
        const messages = after === undefined ? known.slice(-limit) : known.slice(0, limit);
        return { messages, more: known.length > limit };
      },
    },
    onmessage: ({ sequence }) => heard.push(sequence),
    until: async (isThere) => {
      for (; !isThere() && !controller.signal.aborted; await sleep(1_000, controller.signal)) server.listed += 1;
    },
    onended: () => {
      server.ended += 1;
    },
    signal: controller.signal,
    follows,
  });
  const listed = (/** @type {number} */ last, unread = 0) =>
    running.listed(room(1, { last_message: last > 0 ? message(last) : null, unread }));
  const pass = async (/** @type {number} */ time) => {
    context.mock.timers.tick(time);
    await settled();
  };
  return { running, server, heard, listed, pass, controller };
}

test("messages come once and in order, however they are pushed", async (context) => {
  const { running, server, heard, listed } = feed(context, 2);
  listed(2);
  server.count = 6;
  for (const sequence of [3, 3, 6, 4, 5, 6, 2]) running.hear(message(sequence));
  await settled();
  assert.deepEqual(heard, [3, 4, 5, 6]);
});

test("a message that is listed before its push comes once, and so does one that is never pushed", async (context) => {
  const { running, server, heard, listed } = feed(context, 2);
  listed(2);
  server.count = 4;
  listed(4);
  await settled();
  running.hear(message(3));
  await settled();
  assert.deepEqual(heard, [3, 4]);
});

test("messages next to each other cost no call", async (context) => {
  const { running, server, heard, listed } = feed(context, 2);
  listed(2);
  for (const sequence of [3, 4]) running.hear(message(sequence));
  assert.deepEqual([heard, server.asked], [[3, 4], 0]);
});

test("a room begins with its unread messages, over all pages", async (context) => {
  const { heard, listed } = feed(context, 260);
  listed(260, 250);
  await settled();
  assert.deepEqual([heard.length, heard[0], heard.at(-1)], [250, 11, 260]);
});

test("a room of which the user sees nothing begins with its first visible message", async (context) => {
  const { running, server, heard, listed } = feed(context, 0, { holes: [1, 2, 3] });
  listed(0);
  server.count = 4;
  running.hear(message(4));
  await settled();
  assert.deepEqual(heard, [4]);
});

test("of the unread messages of a room the newest two thousand come", async (context) => {
  const { heard, listed, pass } = feed(context, 2_500);
  listed(2_500, 2_500);
  await pass(0);
  for (let page = 0; page < 20; page += 1) await settled();
  assert.deepEqual([heard.length, heard[0], heard.at(-1)], [2_000, 501, 2_500]);
});

test("a message in an unknown room is looked for in the list until it shows the room", async (context) => {
  const { running, server, heard, listed, pass } = feed(context, 1);
  running.hear(message(1));
  await settled();
  await pass(1_000);
  assert.equal(server.listed, 2);
  listed(1, 1);
  await pass(15_000);
  await pass(15_000);
  assert.deepEqual([heard, server.listed], [[1], 2]);
});

test("a hole is waited for, and one that stays is passed over", async (context) => {
  const { running, server, heard, listed, pass } = feed(context, 1, { holes: [2, 3] });
  listed(1);
  server.count = 3;
  running.hear(message(3));
  for (let turn = 0; turn < 30; turn += 1) await pass(15_000);
  const { asked } = server;
  assert.ok(asked > 5);
  server.count = 4;
  running.hear(message(4));
  await settled();
  assert.deepEqual(heard, [4]);
});

test("failures that pass are tried again, later and later", async (context) => {
  const failures = Array.from({ length: 5 }, () => new Failure(503, "unavailable", ""));
  const { running, server, heard, listed, pass } = feed(context, 1, { failures });
  listed(1);
  server.count = 3;
  running.hear(message(3));
  await settled();
  await pass(249);
  assert.equal(server.asked, 1);
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000]) await pass(wait);
  assert.deepEqual([heard, server.asked], [[2, 3], 6]);
});

test("a room that refuses is forgotten, and the end of the session is reported", async (context) => {
  const failures = [new Failure(403, "not_a_member", ""), new Failure(401, "unauthenticated", "")];
  const { running, server, heard, listed, pass } = feed(context, 3, { failures });
  for (const ended of [0, 1]) {
    listed(1);
    running.hear(message(3));
    await settled();
    await pass(60_000);
    assert.equal(server.ended, ended);
  }
  assert.deepEqual([heard, server.asked], [[], 2]);
});

test("the end stops the fetching", async (context) => {
  const { running, heard, listed, controller } = feed(context, 3);
  listed(1);
  running.hear(message(3));
  controller.abort();
  await settled();
  assert.deepEqual(heard, []);
});

test("a page hears each pushed message once, and fetches nothing", async (context) => {
  const { running, server, heard, listed } = feed(context, 9, { follows: false });
  listed(3, 3);
  for (const sequence of [4, 4, 7]) running.hear(message(sequence));
  listed(8, 2);
  running.hear(message(8));
  await settled();
  assert.deepEqual([heard, server.asked, server.listed], [[4, 7, 8], 0, 0]);
});
