import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Sync } from "../page/client/sync.js";
import { settled } from "./message.js";

/**
 * A server that answers with `lists` in turn, and then always with the last one.
 * @param {import("node:test").TestContext} context
 * @param {(number[] | Failure | Promise<number[]>)[]} lists ids of rooms
 * @param {Promise<unknown>} [restored]
 */
function sync(context, lists = [[]], restored = Promise.resolve()) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  /** @type {Set<number>} */
  const rooms = new Set();
  const controller = new AbortController();
  /** @type {number[]} */
  const renewed = [];
  const count = { listed: 0, checked: 0, ended: 0, learned: 0, completed: 0, current: 0 };
  const socket = { isOpen: true, check: () => { count.checked += 1; } };
  const running = new Sync({
    catchUp: {
      run: async () => {
        count.listed += 1;
        const list = await (lists.length > 1 ? lists.shift() : lists[0]);
        if (list instanceof Failure) throw list;
        for (const room of list ?? []) rooms.add(room);
      },
      complete: async () => { count.completed += 1; },
      renew: (room) => void renewed.push(room),
    },
    restored,
    isListed: (room) => rooms.has(room),
    directory: { learnNames: async () => { count.learned += 1; } },
    socket: () => socket,
    onchange: () => undefined,
    oncurrent: () => { count.current += 1; },
    onended: () => { count.ended += 1; },
    signal: controller.signal,
  });
  return { running, rooms, renewed, socket, controller, count, pass: async (/** @type {number} */ time) => {
    context.mock.timers.tick(time);
    await settled();
  } };
}

test("refreshes that are asked for while a list is on its way are one more list", async (context) => {
  /** @type {(rooms: number[]) => void} */
  let answer = () => undefined;
  const { running, rooms, count } = sync(context, [new Promise((resolve) => { answer = resolve; }), [1, 2]]);
  assert.equal(running.isCurrent, false);
  const first = running.refresh();
  await settled();
  const others = [running.refresh(), running.refresh()];
  answer([1]);
  await Promise.all([first, ...others]);
  assert.deepEqual([running.isCurrent, rooms.size], [true, 2]);
  assert.deepEqual(count, { listed: 2, checked: 0, ended: 0, learned: 1, completed: 2, current: 2 });
});

test("the storage is read before the first call", async (context) => {
  /** @type {() => void} */
  let restore = () => undefined;
  const { running, count } = sync(context, [[]], new Promise((resolve) => { restore = () => resolve(undefined); }));
  const refreshing = running.refresh();
  await settled();
  assert.equal(count.listed, 0);
  restore();
  await refreshing;
  assert.equal(count.listed, 1);
});

test("the signs of one waking are one call, and none if a new connection comes with a call of its own", async (context) => {
  const { running, socket, count, pass } = sync(context);
  socket.isOpen = false;
  running.wake();
  await pass(20_000);
  assert.equal(count.listed, 0);
  socket.isOpen = true;
  for (const wait of [0, 5, 2_000]) {
    running.wake();
    await pass(wait);
  }
  assert.equal(count.listed, 1);
  await pass(15_000);
  running.wake();
  running.wake();
  await settled();
  assert.equal(count.listed, 2);
});

test("summaries are asked for by one call, and by none if there are none", async (context) => {
  const { running, renewed, count } = sync(context);
  running.renew([]);
  running.renew([3, 4]);
  await settled();
  assert.deepEqual([renewed, count.listed], [[3, 4], 1]);
});

test("a defect in taking an answer does not end the next refresh", async (context) => {
  const { running, count } = sync(context, [Promise.reject(new TypeError("a defect")), [1]]);
  await assert.rejects(running.refresh(), TypeError);
  await running.refresh();
  assert.deepEqual([count.listed, running.isCurrent], [2, true]);
});

test("a new room is waited for, but not for ever", async (context) => {
  const { running, controller, count, pass } = sync(context, [[], [7]]);
  const appears = running.appears(7);
  await settled();
  await pass(1_000);
  await appears;
  assert.equal(count.listed, 2);
  const never = running.appears(8);
  for (let turn = 0; turn < 5; turn += 1) await pass(15_000);
  await never;
  assert.equal(count.listed, 7);
  controller.abort();
  await running.appears(8);
  assert.equal(count.listed, 7);
});

test("a failure that may pass is followed by a refresh while the socket is open", async (context) => {
  const { running, socket, count, pass } = sync(context);
  const fails = async () => { throw new Failure(503, "unavailable", ""); };
  await running.attempt(fails);
  assert.deepEqual([count.checked, count.listed], [1, 0]);
  await pass(500);
  assert.equal(count.listed, 1);
  socket.isOpen = false;
  await running.attempt(fails);
  await pass(60_000);
  assert.deepEqual([count.checked, count.listed], [1, 1]);
});

test("lists that fail are asked for less and less often, although other calls succeed", async (context) => {
  const { running, count, pass } = sync(context, [new Failure(503, "unavailable", "")]);
  await running.refresh();
  for (const wait of [500, 1_000, 2_000, 4_000, 8_000]) {
    await running.attempt(async () => undefined);
    const before = count.listed;
    await pass(wait / 2 - 1);
    assert.equal(count.listed, before);
    await pass(wait / 2 + 1);
    assert.equal(count.listed, before + 1);
  }
});

test("a complete list ends a series of failures", async (context) => {
  const failure = new Failure(503, "unavailable", "");
  const { running, count, pass } = sync(context, [failure, failure, failure, [1], failure, [1]]);
  await running.refresh();
  for (const wait of [500, 1_000, 2_000]) await pass(wait);
  assert.equal(count.listed, 4);
  await running.refresh();
  await pass(500);
  assert.equal(count.listed, 6);
});

test("failures that come together are followed by one refresh, at the latest time that the server asks for", async (context) => {
  const { running, count, pass } = sync(context);
  const fails = (retry = 0) => running.attempt(async () => { throw new Failure(429, "rate_limited", "", retry); });
  await Promise.all([fails(), fails(9_000), fails()]);
  await pass(8_999);
  assert.equal(count.listed, 0);
  await pass(60_000);
  assert.equal(count.listed, 1);
});

test("a load is repeated with each refresh until it succeeds or is refused", async (context) => {
  const { running, count, pass } = sync(context);
  const answers = [new Failure(503, "unavailable", ""), new Failure(429, "rate_limited", "", 9_000), null];
  let loads = 0;
  await running.load(async () => {
    const failure = answers[loads];
    loads += 1;
    if (failure) throw failure;
  });
  await pass(500);
  assert.deepEqual([loads, count.listed], [2, 1]);
  // The server has asked for this wait.
  await pass(8_999);
  assert.equal(loads, 2);
  await pass(1);
  await running.refresh();
  assert.deepEqual([loads, count.listed], [3, 3]);
  let refused = 0;
  await running.load(async () => {
    refused += 1;
    throw new Failure(403, "not_accepted", "");
  });
  await running.refresh();
  assert.equal(refused, 1);
});

test("a refresh does not repeat a load that is running", async (context) => {
  const { running } = sync(context);
  let loads = 0;
  /** @type {() => void} */
  let end = () => undefined;
  const load = running.load(async () => {
    loads += 1;
    await new Promise((resolve) => { end = () => resolve(undefined); });
  });
  await running.refresh();
  end();
  await load;
  assert.equal(loads, 1);
});

test("a refusal is not tried again, the end of the session is reported, and a defect is thrown", async (context) => {
  const { running, count, pass } = sync(context);
  await running.attempt(async () => { throw new Failure(403, "not_a_member", ""); });
  await running.attempt(async () => { throw new Failure(401, "unauthenticated", ""); });
  await assert.rejects(running.attempt(async () => { throw new TypeError("a defect"); }), TypeError);
  await pass(60_000);
  assert.deepEqual([count.ended, count.listed], [1, 0]);
});

test("the end leaves no refresh behind", async (context) => {
  const { running, controller, count, pass } = sync(context);
  await running.attempt(async () => { throw new Failure(0, "unreachable", ""); });
  controller.abort();
  await pass(60_000);
  await running.refresh();
  assert.equal(count.listed, 0);
});
