import assert from "node:assert/strict";
import { test } from "node:test";

import { emojiIn, own, reacted } from "../page/client/reactions.js";

/** @typedef {import("../page/client/timeline.js").Reaction} Reaction */

/** @param {string} emoji @param {number[]} users @param {boolean} [mine] @param {number} [count] @returns {Reaction} */
const reaction = (emoji, users, mine = false, count = users.length) => ({ emoji, count, users, mine });

test("a person has one reaction, which the next one replaces", () => {
  const first = reacted([], { user: 2, emoji: "👍", mine: false }) ?? [];
  assert.deepEqual(first, [reaction("👍", [2])]);
  const both = reacted(first, { user: 1, emoji: "👍", mine: true }) ?? [];
  assert.deepEqual([both, own(both)], [[reaction("👍", [2, 1], true)], "👍"]);
  const changed = reacted(both, { user: 2, emoji: "❤️", mine: false }) ?? [];
  assert.deepEqual(changed, [reaction("👍", [1], true), reaction("❤️", [2])]);
  const removed = reacted(changed, { user: 1, emoji: null, mine: true }) ?? [];
  assert.deepEqual([removed, own(removed)], [[reaction("❤️", [2])], null]);
});

test("the same reaction twice, or a removal twice, changes nothing", () => {
  const all = [reaction("👍", [2, 1], true)];
  assert.equal(reacted(all, { user: 2, emoji: "👍", mine: false }), all);
  assert.equal(reacted(all, { user: 1, emoji: "👍", mine: true }), all);
  assert.deepEqual(reacted(all, { user: 3, emoji: null, mine: false }), all);
  assert.deepEqual(reacted([], { user: 1, emoji: null, mine: true }), []);
});

test("the most frequent is first", () => {
  const all = [reaction("👍", [2]), reaction("❤️", [3])];
  assert.deepEqual(reacted(all, { user: 4, emoji: "❤️", mine: false })?.map(({ emoji }) => emoji), ["❤️", "👍"]);
});

test("another's reaction is fetched where not all users are named, and the user's own is not", () => {
  const all = [reaction("👍", [2, 3, 4], false, 5)];
  assert.equal(reacted(all, { user: 2, emoji: "❤️", mine: false }), null);
  assert.equal(reacted(all, { user: 9, emoji: null, mine: false }), null);
  const mine = reacted(all, { user: 1, emoji: "👍", mine: true }) ?? [];
  assert.deepEqual(mine, [reaction("👍", [2, 3, 4], true, 6)]);
  assert.deepEqual(reacted(mine, { user: 1, emoji: null, mine: true }), all);
});

test("where the server does not list all emoji, they are fetched", () => {
  const all = Array.from({ length: 20 }, (_, place) => reaction(String.fromCodePoint(0x1f600 + place), [place + 2]));
  assert.equal(reacted(all, { user: 1, emoji: "👍", mine: true }), null);
  assert.notEqual(reacted(all.slice(1), { user: 1, emoji: "👍", mine: true }), null);
});

test("a typed reaction is one emoji", () => {
  for (const emoji of ["👍", "❤️", "👩‍🚀", "👍🏽", "🇨🇭", "3️⃣"]) assert.equal(emojiIn(` ${emoji} `), emoji);
  for (const text of ["", " ", "a", "👍👍", "👍a", "3", "é"]) assert.equal(emojiIn(text), null, text);
});
