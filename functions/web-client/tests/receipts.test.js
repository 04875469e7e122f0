import assert from "node:assert/strict";
import { test } from "node:test";

import { Receipts } from "../page/client/receipts.js";
import { Rooms } from "../page/client/rooms.js";
import { message, room, settled } from "./message.js";

/** A message with this id. @param {number} id @param {Partial<import("../page/client/timeline.js").Message>} [differences] */
const of = (id, differences) => message(id, { id, ...differences });

/** The receipts of user 1, with the frames that were sent. @param {import("node:test").TestContext} context */
function receipts(context) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 10_000 });
  const rooms = new Rooms(1);
  /** @type {any[]} */
  const frames = [];
  /** @type {number[]} */
  const asked = [];
  const connection = { isOpen: true };
  const at = "2026-11-22T17:38:00.000Z";
  const running = new Receipts(1, {
    api: {
      receipts: async ({ id }) => {
        asked.push(id);
        return { receipts: [{ user: 2, delivered_at: at, read_at: null }], more: false };
      },
    },
    rooms, sync: { attempt: (task) => task() }, onchange: () => undefined,
    socket: () => ({ ...connection, send: (frame) => void frames.push(frame) }),
  });
  return { running, rooms, frames, asked, connection, pass: (/** @type {number} */ time) => context.mock.timers.tick(time) };
}

test("the messages of a second are one frame, with the last of each room", (context) => {
  const { running, frames, pass } = receipts(context);
  running.received(of(3));
  running.received(of(2));
  running.received(of(4, { sender: 1 }));
  running.received(of(7, { conversation: 2 }));
  pass(0);
  running.received(of(8));
  pass(999);
  assert.deepEqual(frames, [
    { type: "delivered", marks: [{ conversation: 1, message: 3 }, { conversation: 2, message: 7 }] },
  ]);
  pass(1);
  assert.deepEqual(frames[1], { type: "delivered", marks: [{ conversation: 1, message: 8 }] });
});

test("a frame has a hundred rooms", (context) => {
  const { running, frames, pass } = receipts(context);
  for (let id = 1; id <= 101; id += 1) running.received(of(id, { conversation: id }));
  pass(0);
  pass(1_000);
  assert.deepEqual(frames.map(({ marks }) => marks.length), [100, 1]);
});

test("without a connection nothing is said, and after one what is listed as unread", (context) => {
  const { running, rooms, frames, connection, pass } = receipts(context);
  connection.isOpen = false;
  running.received(of(3));
  pass(0);
  connection.isOpen = true;
  pass(2_000);
  assert.deepEqual(frames, []);
  rooms.take(room(1, { unread: 1, last_message: of(3) }));
  rooms.take(room(2, { unread: 0, last_message: of(4, { conversation: 2 }) }));
  rooms.take(room(3));
  running.listed();
  pass(0);
  assert.deepEqual(frames, [{ type: "delivered", marks: [{ conversation: 1, message: 3 }] }]);
});

test("of a message that was edited before, the receipts are asked for once", async (context) => {
  const { running, rooms, asked } = receipts(context);
  rooms.take(room(1, { members: [1, 2] }));
  const edited = of(5, { sender: 1, receivers: [2], edited_at: "2026-11-22T17:37:02.311Z", version: 2 });
  assert.deepEqual([running.state(edited), running.state(edited)], ["sent", "sent"]);
  await settled();
  assert.deepEqual([asked, running.state(edited)], [[5], "delivered"]);
});
