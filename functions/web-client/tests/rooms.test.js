import assert from "node:assert/strict";
import { test } from "node:test";

import { Rooms } from "../page/client/rooms.js";
import { message, room } from "./message.js";

const ME = 1;

/** @param {...import("../page/client/rooms.js").Room} listed */
function rooms(...listed) {
  const rooms = new Rooms(ME);
  for (const one of listed) rooms.take(one);
  return rooms;
}

test("a message brings its room to the top, and counts if it is from somebody else", () => {
  const list = rooms(room(1), room(2));
  assert.deepEqual(list.list().map(({ id }) => id), [2, 1]);
  list.apply(message(1));
  assert.deepEqual(list.list().map(({ id, unread }) => [id, unread]), [[1, 1], [2, 0]]);
  list.apply(message(1));
  assert.equal(list.unread, 1);
});

test("whoever writes has seen what came before", () => {
  const list = rooms(room(1, { unread: 4 }));
  const theirs = message(1, { sender: ME, receivers: [2, 3] });
  list.apply(theirs);
  assert.equal(list.unread, 0);
  list.apply(message(2, { sender: 2 }));
  list.mark(1, 3, theirs.id);
  assert.equal(list.receipt(theirs), "read");
});

test("a list that was on its way longer than a message does not take it back", () => {
  const list = rooms(room(1));
  list.apply(message(5));
  list.take(room(1, { unread: 7, last_message: message(4) }));
  assert.deepEqual([list.get(1)?.last_message?.sequence, list.unread], [5, 1]);
  list.take(room(1, { unread: 2, last_message: message(6) }));
  assert.deepEqual([list.get(1)?.last_message?.sequence, list.unread], [6, 2]);
});

test("read by all is what everybody has read who got it and is still there", () => {
  const list = rooms(room(1));
  const sent = message(3, { sender: ME, receivers: [2, 3] });
  list.mark(1, 2, sent.id);
  assert.equal(list.receipt(sent), "sent");
  list.mark(1, 3, sent.id - 1);
  assert.equal(list.receipt(sent), "sent");
  list.join(1, 4);
  list.leave(1, 3);
  assert.equal(list.receipt(sent), "read");
  list.mark(1, 2, 1);
  assert.equal(list.receipt(sent), "read");
  assert.equal(list.receipt(message(4, { sender: ME, receivers: [] })), "sent");
});

test("reading elsewhere reads here", () => {
  const list = rooms(room(1));
  list.apply(message(1));
  list.apply(message(2));
  list.mark(1, ME, message(1).id);
  assert.equal(list.unread, 2);
  list.mark(1, ME, message(2).id);
  assert.equal(list.unread, 0);
});

test("whoever leaves sees the room no more", () => {
  const list = rooms(room(1), room(2));
  list.leave(1, ME);
  assert.deepEqual(list.list().map(({ id }) => id), [2]);
});

test("members of a large room are counted and not listed", () => {
  const all = Array.from({ length: 32 }, (_, index) => index + 1);
  const list = rooms(room(1, { members: all.slice(0, 31) }));
  const shown = () => [list.get(1)?.members.length, list.get(1)?.members_count, list.isSmall(1)];
  list.join(1, 32);
  list.join(1, 32);
  assert.deepEqual(shown(), [32, 32, true]);
  list.join(1, 33);
  assert.deepEqual(shown(), [0, 33, false]);
  list.join(1, 34);
  list.leave(1, 3);
  assert.deepEqual(shown(), [0, 33, false]);
  assert.equal(list.receipt(message(1, { sender: ME, receivers: [] })), "sent");
});

test("a direct room is there from its opening until it is hidden", () => {
  const list = rooms(room(1));
  const direct = room(2, { type: "direct", members: [1, 2] });
  list.open(direct);
  assert.deepEqual(list.list().map(({ id }) => id), [2, 1]);
  list.take(room(2, { type: "direct", members: [1, 2], unread: 1, last_message: message(1) }));
  list.open(direct);
  assert.equal(list.unread, 1);
  list.leave(2, ME);
  assert.deepEqual(list.list().map(({ id }) => id), [1]);
});

test("a change brings settings and the user's own role, unless it is outdated", () => {
  const at = "2026-02-01T00:00:00.000Z";
  const list = rooms(room(1, { changes: 3, unread: 2, last_message: message(1), updated_at: at }));
  const { unread: _, last_message: __, ...kitchen } = room(1, { name: "Kitchen", changes: 4, owner: 2, admins: [1] });
  list.change({ ...kitchen, role: null });
  const { name, role, unread, updated_at } = list.get(1) ?? room(0);
  assert.deepEqual([name, role, unread, updated_at], ["Kitchen", "admin", 2, at]);
  list.change(room(1, { name: "Cellar", changes: 3 }));
  list.take(room(1, { name: "Cellar", changes: 3 }));
  assert.equal(list.get(1)?.name, "Kitchen");
  list.change(room(9));
  assert.equal(list.get(9), undefined);
});

test("a list that was on its way while the user left a room does not bring it back", () => {
  const rooms = new Rooms(1);
  rooms.take(room(1));
  rooms.asks();
  rooms.leave(1, 1);
  assert.deepEqual([rooms.take(room(1)), rooms.list()], [false, []]);
  rooms.asks();
  assert.deepEqual([rooms.take(room(1)), rooms.list().length], [true, 1]);
});

test("a message that was deleted for the user while the page was offline leaves the list", (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const list = rooms(room(1, { last_message: message(4) }));
  list.apply(message(5));
  list.asks();
  list.take(room(1, { last_message: message(4) }));
  assert.deepEqual([list.get(1)?.last_message?.sequence, list.unread], [5, 1]);
  context.mock.timers.tick(60_000);
  list.asks();
  list.take(room(1, { last_message: message(4) }));
  assert.deepEqual([list.get(1)?.last_message?.sequence, list.unread], [4, 0]);
});
