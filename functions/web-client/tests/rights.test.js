import assert from "node:assert/strict";
import { test } from "node:test";

import { actionsOn, rightsIn, roleOf } from "../page/rights.js";
import { room } from "./message.js";

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
