import assert from "node:assert/strict";
import { test } from "node:test";

import { Marks } from "../page/client/marks.js";
import { message } from "./message.js";

const own = (/** @type {Partial<import("../page/client/timeline.js").Message>} */ changes = {}) =>
  message(5, { id: 5, sender: 1, receivers: [2, 3], edited_at: null, version: 1, ...changes });
const edited = (version = 2) => own({ edited_at: "2026-11-22T17:37:02.311Z", version });

test("a message is delivered when all have it, and read when all have read it", () => {
  const marks = new Marks();
  const states = [marks.state(own(), [2, 3])];
  for (const [user, mark, id] of /** @type {[number, import("../page/client/marks.js").Mark, number][]} */ ([
    [2, "delivered", 5], [3, "read", 6], [2, "read", 4], [2, "read", 5], [2, "delivered", 9], [2, "read", 1],
  ])) {
    marks.move(1, user, mark, id, true);
    states.push(marks.state(own(), [2, 3]));
  }
  assert.deepEqual(states, ["sent", "sent", "delivered", "delivered", "read", "read", "read"]);
  assert.equal(marks.state(own(), []), "sent");
  assert.equal(marks.moves(1), 6);
});

test("receipts begin again with an edit, and only what comes after it counts", () => {
  const marks = new Marks();
  marks.move(1, 2, "read", 9, true);
  marks.begin(edited());
  assert.equal(marks.state(edited(), [2]), "sent");
  // The list of members says nothing about the time.
  marks.move(1, 2, "read", 9, false);
  assert.equal(marks.state(edited(), [2]), "sent");
  marks.move(1, 2, "delivered", 9, true);
  assert.equal(marks.state(edited(), [2]), "delivered");
  // The event of the same edit may come twice.
  marks.begin(edited());
  marks.move(1, 2, "read", 9, true);
  marks.move(1, 2, "delivered", 9, true);
  assert.equal(marks.state(edited(), [2]), "read");
  marks.begin(edited(3));
  assert.equal(marks.state(edited(3), [2]), "sent");
});

test("after an edit from before, the server knows who has read the message since", () => {
  const marks = new Marks();
  assert.deepEqual([marks.lacks(own()), marks.lacks(edited())], [false, true]);
  const at = "2026-11-22T17:38:00.000Z";
  marks.take(edited(), [
    { user: 2, delivered_at: at, read_at: at }, { user: 3, delivered_at: at, read_at: null },
    { user: 4, delivered_at: null, read_at: null },
  ]);
  assert.equal(marks.lacks(edited()), false);
  assert.deepEqual([[2], [2, 3], [2, 3, 4]].map((users) => marks.state(edited(), users)), ["read", "delivered", "sent"]);
});
