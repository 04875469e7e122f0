import assert from "node:assert/strict";
import { test } from "node:test";

import { Incoming } from "../page/client/incoming.js";
import { Notices, line } from "../page/client/notices.js";
import { Rooms } from "../page/client/rooms.js";
import { NO_CHANGES, NO_FEED, message, room } from "./message.js";

/** What user 1 hears in room 1, with the lines that it leaves there. */
function heard(changes = NO_CHANGES) {
  const rooms = new Rooms(1);
  rooms.take(room(1, { owner: 2, role: "member" }));
  const notices = new Notices();
  const nothing = async () => undefined;
  /** @type {any} */
  const means = {
    rooms, cursors: { heard: nothing, forget: nothing }, notices, changes, revisions: { latest: (/** @type {unknown} */ message) => message, forget: () => undefined },
    directory: {
      knows: () => true, hasMembers: () => false, loadMembers: nothing, removeMember: nothing, learn: nothing,
    },
    people: { heard: nothing },
    history: { of: () => undefined, add: nothing, forget: nothing },
    typing: { set: nothing }, feed: NO_FEED, outgoing: { arrived: nothing }, receipts: { received: nothing },
    reading: { edited: nothing },
    sync: { attempt: (/** @type {() => Promise<void>} */ task) => task(), refresh: nothing },
    invitations: { load: nothing },
    onchange: nothing, onmessage: nothing, onnotice: nothing,
  };
  const running = new Incoming(1, means);
  const lines = () => notices.of(1).map((notice) => line(notice, (user) => `user ${user}`, 1));
  return { running, rooms, lines };
}

test("a room event changes name and roles at once, and an outdated one nothing", () => {
  const { running, rooms, lines } = heard();
  const after = { ...room(1, { owner: 2, admins: [1], name: "Garden", changes: 2 }), role: null };
  running.hear({ type: "room", conversation: 1, change: 2, room: after });
  const outdated = { ...room(1, { owner: 2, name: "Kitchen", changes: 1 }), role: null };
  running.hear({ type: "room", conversation: 1, change: 1, room: outdated });
  running.hear({ type: "room", conversation: 1, change: 2, room: after });
  running.hear({ type: "room", conversation: 9, change: 1, room: { ...after, id: 9 } });
  assert.deepEqual([rooms.get(1)?.name, rooms.get(1)?.role], ["Garden", "admin"]);
  assert.deepEqual(lines(), ["The name is now Garden", "You are now an admin"]);
});

test("a message and a room name the newest change, so that a lost one is fetched", async () => {
  /** @type {number[][]} */
  const told = [];
  const note = (/** @type {number[]} */ ...numbers) => void told.push(numbers);
  /** @type {any} */
  const changes = { note, hear: note, fetch: async (/** @type {number} */ id) => note(id) };
  const { running } = heard(changes);
  running.hear({ ...message(1), type: "message", changes: 3 });
  running.hear({ type: "room", conversation: 1, change: 4, room: room(1, { changes: 4 }) });
  assert.deepEqual(told, [[1, 3], [1], [1, 4], [1]]);
});

test("the answer of a call and its event are one line", () => {
  const { running, lines } = heard();
  const after = room(1, { owner: 2, name: "Garden", changes: 2 });
  running.changed(after);
  running.hear({ type: "room", conversation: 1, change: 2, room: { ...after, role: null } });
  assert.deepEqual(lines(), ["The name is now Garden"]);
});

test("members come, go and are removed in lines, which end with one's own stay", () => {
  const { running, rooms, lines } = heard();
  running.hear({ type: "joined", conversation: 1, user: 4 });
  running.hear({ type: "left", conversation: 1, user: 4 });
  running.hear({ type: "left", conversation: 1, user: 3, by: 2 });
  assert.deepEqual(lines(), ["user 4 joined", "user 4 left", "user 3 was removed by user 2"]);
  assert.equal(rooms.get(1)?.members_count, 2);
  running.hear({ type: "left", conversation: 1, user: 1 });
  assert.deepEqual(lines(), []);
});
