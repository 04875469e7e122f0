import assert from "node:assert/strict";
import { test } from "node:test";

import { Typing } from "../page/client/typing.js";
import { Typist } from "../page/client/typist.js";

/** @param {import("node:test").TestContext} context */
function typist(context) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  /** @type {[number, boolean, number][]} the room, whether it is typing, and the time in milliseconds */
  const frames = [];
  const running = new Typist((room, typing) => frames.push([room, typing, Date.now() - 1_000_000]));
  // In small steps, because the clock of a timer is that of the end of its step.
  const pass = (/** @type {number} */ time) => {
    for (let rest = time; rest > 0; rest -= 100) context.mock.timers.tick(Math.min(100, rest));
  };
  return { running, frames, pass };
}

test("typing is announced again while it goes on, and its end after a pause", (context) => {
  const { running, frames, pass } = typist(context);
  for (let key = 0; key <= 60; key += 1) {
    running.types(1);
    pass(100);
  }
  pass(10_000);
  assert.deepEqual(frames, [[1, true, 0], [1, true, 4_000], [1, false, 10_000]]);
});

test("frames of a room keep the server's pace, and the last of them counts", (context) => {
  const { running, frames, pass } = typist(context);
  running.types(1);
  running.stops();
  running.types(1);
  running.stops();
  running.types(2);
  pass(2_199);
  assert.deepEqual(frames, [[1, true, 0], [2, true, 0]]);
  pass(1);
  assert.deepEqual(frames.slice(2), [[1, false, 2_200]]);
});

test("after a message nothing is announced, because it ends the typing for the others", (context) => {
  const { running, frames, pass } = typist(context);
  running.types(1);
  running.stops();
  running.sends(1);
  pass(20_000);
  assert.deepEqual(frames, [[1, true, 0]]);
});

test("a typist is shown as long as the event says", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let changes = 0;
  const typing = new Typing(() => { changes += 1; });
  typing.set(1, 2, true, { kind: "audio", expires_in: 3 });
  typing.set(1, 3, true);
  typing.set(2, 3, true);
  assert.deepEqual(typing.in(1).map(({ user, kind }) => [user, kind]), [[2, "audio"], [3, "text"]]);
  context.mock.timers.tick(3_000);
  assert.deepEqual([typing.in(1).map(({ user }) => user), changes], [[3], 1]);
  typing.set(1, 3, false);
  assert.deepEqual(typing.in(1), []);
});

test("the end leaves no timer behind", (context) => {
  const { running, frames, pass } = typist(context);
  running.types(1);
  running.types(2);
  running.types(1);
  running.end();
  let changes = 0;
  const typing = new Typing(() => { changes += 1; });
  typing.set(1, 2, true);
  typing.end();
  pass(60_000);
  assert.deepEqual([frames, changes, typing.in(1)], [[[1, true, 0], [2, true, 0]], 0, []]);
});
