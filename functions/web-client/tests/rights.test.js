import assert from "node:assert/strict";
import { test } from "node:test";

import { actionsOn, actionsOnMessage, mentionsAll, rightsIn, roleOf } from "../page/client/rights.js";
import { message, room } from "./message.js";

const [OWNER, ADMIN, OTHER_ADMIN, MEMBER, OTHER] = [1, 2, 3, 4, 5];
const GROUP = room(1, { members: [1, 2, 3, 4, 5], owner: OWNER, admins: [ADMIN, OTHER_ADMIN] });

test("a role is read from the room, because events do not name that of the user", () => {
  assert.deepEqual([OWNER, ADMIN, MEMBER].map((user) => roleOf(GROUP, user)), ["owner", "admin", "member"]);
});

test("admins act on members and admins, and nobody acts on the owner", () => {
  const row = (/** @type {number} */ me) => [OWNER, OTHER_ADMIN, OTHER].map((user) => actionsOn(GROUP, me, user));
  const table = [OWNER, ADMIN, MEMBER].map(row);
  assert.deepEqual(table, [
    [[], ["member", "owner", "remove", "ban"], ["admin", "owner", "remove", "ban"]],
    [[], ["member", "remove", "ban"], ["admin", "remove", "ban"]],
    [[], [], []],
  ]);
});

test("an admin can stop being one, and nobody removes themselves: they leave", () => {
  assert.deepEqual(actionsOn(GROUP, ADMIN, ADMIN), ["member"]);
});

test("what only admins may do is for the owner too", () => {
  const only_admins = { send: true, edit: true, add: false };
  const rights = [OWNER, ADMIN, MEMBER].map((me) => {
    const { isOwner, manages, sends, edits, adds } = rightsIn({ ...GROUP, only_admins }, me);
    return [isOwner, manages, sends, edits, adds];
  });
  assert.deepEqual(rights, [[true, true, true, true, true], [false, true, true, true, true],
    [false, false, false, false, true]]);
});

/** The actions on a message of a user after minutes. @param {number} me @param {number} sender @param {number} minutes */
const after = (me, sender, minutes, about = {}, group = GROUP) => {
  const one = message(1, { sender, ...about });
  return actionsOnMessage(group, me, one, Date.parse(one.created_at) + minutes * 60_000);
};

test("a message is edited for fifteen minutes, and deleted for sixty hours", () => {
  const some = (/** @type {number} */ minutes) => after(MEMBER, MEMBER, minutes).slice(4);
  assert.deepEqual([14, 16, 3599, 3601].map(some), [
    ["edit", "info", "delete for everyone", "delete for me"], ["info", "delete for everyone", "delete for me"],
    ["info", "delete for everyone", "delete for me"], ["info", "delete for me"],
  ]);
});

test("admins delete messages of others at any time, and edit none", () => {
  for (const me of [OWNER, ADMIN]) {
    assert.deepEqual(after(me, MEMBER, 100_000), [
      "reply", "react", "forward", "copy", "delete for everyone", "delete for me",
    ]);
  }
  assert.deepEqual(after(OTHER, MEMBER, 1), ["reply", "react", "forward", "copy", "delete for me"]);
});

test("where only admins send, members neither answer nor edit, and react", () => {
  const closed = { ...GROUP, only_admins: { send: true, edit: false, add: false } };
  assert.deepEqual(after(MEMBER, MEMBER, 1, {}, closed), [
    "react", "forward", "copy", "info", "delete for everyone", "delete for me",
  ]);
});

test("a forwarded message is not edited", () => {
  assert.ok(!after(MEMBER, MEMBER, 1, { forwarded: 1 }).includes("edit"));
});

test("a deleted message can only be removed, and one without text not be copied", () => {
  assert.deepEqual(after(OWNER, OWNER, 1, { text: "", deleted_at: "2026-01-01T13:00:00Z" }), ["delete for me"]);
  assert.ok(!after(OWNER, OWNER, 1, { text: "" }).includes("copy"));
});

test("in a large room only admins mention all", () => {
  const large = { ...GROUP, members: [], members_count: 33 };
  assert.deepEqual([GROUP, large].map((one) => [OWNER, MEMBER].map((me) => mentionsAll(one, me))), [
    [true, true], [true, false],
  ]);
});
