import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { People } from "../page/client/presence.js";

const SEEN = "2026-11-22T12:00:00.000Z";

/** @param {(import("../page/client/api.js").Presence | null)[]} answers null for a failure */
function asked(answers) {
  /** @type {number[][]} */
  const calls = [];
  const people = new People({
    api: {
      presence: async (users) => {
        calls.push(users);
        const answer = answers.shift();
        if (!answer) throw new Failure(503, "unavailable", "later");
        return [answer];
      },
    },
    onchange: () => undefined,
  });
  return { people, calls };
}

test("a person is as the last answer says, and unknown before it and after a failure", async () => {
  const known = { user: 2, online: false, last_seen: SEEN };
  const { people, calls } = asked([known, null]);
  const unknown = { user: 2, online: null, last_seen: null };
  assert.deepEqual(people.presence(2), unknown);
  await people.ask(2);
  assert.deepEqual([people.presence(2), people.presence(3).online], [known, null]);
  await assert.rejects(people.ask(2), Failure);
  assert.deepEqual([people.presence(2), calls], [unknown, [[2], [2]]]);
});

test("a person of whom one hears is online until the next answer, unless they hide it", async () => {
  const { people } = asked([
    { user: 2, online: false, last_seen: SEEN }, { user: 3, online: null, last_seen: null },
    { user: 2, online: false, last_seen: SEEN },
  ]);
  for (const user of [2, 3]) await people.ask(user);
  for (const user of [2, 3, 4]) people.heard(user);
  assert.deepEqual([2, 3, 4].map((user) => people.presence(user).online), [true, null, null]);
  await people.ask(2);
  assert.equal(people.presence(2).online, false);
});
