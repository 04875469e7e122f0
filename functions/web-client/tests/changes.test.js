import assert from "node:assert/strict";
import { test } from "node:test";

import { Changes } from "../page/client/changes.js";
import { message, settled } from "./message.js";

/**
 * The changes of a room, whose server answers `/list-changes/` in turn. A call without a number is noted as "settled".
 * @param {import("node:test").TestContext} context
 * @param {Partial<import("../page/client/message-calls.js").ChangeList>[]} answers
 */
function changes(context, answers = []) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
  /** @type {(number | "settled")[]} */
  const asked = [];
  /** @type {number[]} */
  const applied = [];
  const count = { reset: 0 };
  const { signal } = new AbortController();
  const running = new Changes({
    api: {
      changes: async (_, after) => {
        asked.push(after ?? "settled");
        return { changed: [], change: after ?? 0, more: false, reset: false, ...answers.shift() };
      },
    },
    apply: ({ sequence }) => applied.push(sequence),
    reset: async () => { count.reset += 1; },
    signal,
  });
  const pass = async (/** @type {number} */ time) => {
    await settled();
    context.mock.timers.tick(time);
    await settled();
  };
  return { running, asked, applied, count, pass };
}

test("changes that come one after another need no call", async (context) => {
  const { running, asked } = changes(context);
  running.begin(1, 4, 4);
  running.hear(1, 5);
  running.hear(1, 6);
  running.hear(1, 5);
  running.note(1, 6);
  await running.fetch(1);
  assert.deepEqual(asked, []);
});

test("a gap is fetched from the last known change, and events of a fetched change are outdated", async (context) => {
  const { running, asked, applied } = changes(context, [{ changed: [message(2)], change: 7 }]);
  running.begin(1, 4, 4);
  running.hear(1, 7);
  await running.fetch(1);
  let told = 0;
  running.hear(1, 6, () => { told += 1; return true; });
  assert.deepEqual([asked, applied, told], [[4], [2], 0]);
});

test("a message names the newest change, so that a lost event shows", async (context) => {
  const { running, asked } = changes(context, [{ change: 5 }]);
  running.begin(1, 4, 4);
  running.note(1, 5);
  await running.fetch(1);
  assert.deepEqual(asked, [4]);
});

test("an event that cannot be applied is fetched", async (context) => {
  const { running, asked } = changes(context, [{ change: 5 }]);
  running.begin(1, 4, 4);
  running.hear(1, 5, () => false);
  await running.fetch(1);
  assert.deepEqual(asked, [4]);
});

test("a change that is still on its way is waited for", async (context) => {
  const answers = [{ change: 4 }, { change: 4 }, { change: 6, more: true }, { change: 7 }];
  const { running, asked, pass } = changes(context, answers);
  running.begin(1, 4, 4);
  running.hear(1, 7);
  const fetching = running.fetch(1);
  await pass(500);
  await pass(1_000);
  await fetching;
  assert.deepEqual(asked, [4, 4, 4, 6]);
});

test("the applied changes of an answer need no call, and later ones do", async (context) => {
  const { running, asked } = changes(context, [{ change: 90 }]);
  running.begin(1, 30, 30);
  running.advance(1, 30, 80, 90);
  await running.fetch(1);
  assert.deepEqual([asked, running.known(1)], [[80], 90]);
});

test("an answer that was on its way longer than an event takes nothing back", async (context) => {
  const { running, asked } = changes(context);
  running.begin(1, 4, 4);
  running.hear(1, 5);
  running.advance(1, 3, 4, 4);
  await running.fetch(1);
  assert.deepEqual([asked, running.known(1)], [[], 5]);
});

test("an answer does not pass the changes that loaded messages may lack", async (context) => {
  const { running, asked } = changes(context, [{ change: 6 }]);
  running.begin(1, 4, 4);
  await running.during(1, async () => {
    running.hear(1, 5);
    running.advance(1, 5, 6, 6);
  });
  running.advance(1, 6, 6, 6);
  assert.deepEqual([asked, running.known(1)], [[4], 6]);
});

test("changes during the loading of messages are fetched again", async (context) => {
  const { running, asked } = changes(context, [{ change: 5 }]);
  running.begin(1, 4, 4);
  await running.during(1, async () => running.hear(1, 5));
  assert.deepEqual(asked, [4]);
});

test("the changes during the first loading are fetched again", async (context) => {
  const { running, asked } = changes(context, [{ change: 130 }]);
  running.begin(1, 100, 100);
  await running.during(1, async () => {
    for (let change = 101; change <= 130; change += 1) running.hear(1, change);
  });
  assert.deepEqual(asked, [100]);
});

test("messages that are loaded before the room has a number begin with that of the server", async (context) => {
  const { running, asked } = changes(context, [{ change: 10 }, { change: 12 }]);
  await running.during(1, async () => undefined);
  running.note(1, 12);
  await running.fetch(1);
  assert.deepEqual(asked, ["settled", 10]);
});

test("changes that were on their way when the room was listed are fetched with its first messages", async (context) => {
  const { running, asked } = changes(context, [{ change: 7 }]);
  running.begin(1, 4, 7);
  await running.during(1, async () => undefined);
  assert.deepEqual(asked, [4]);
});

test("changes are fetched again if messages are loaded while later ones are being fetched", async () => {
  /** @type {(number | undefined)[]} */
  const asked = [];
  /** @type {((answer: any) => void)[]} */
  const answers = [];
  const running = new Changes({
    api: { changes: (_, after) => new Promise((resolve) => { asked.push(after); answers.push(resolve); }) },
    apply: () => undefined, reset: async () => undefined, signal: new AbortController().signal,
  });
  running.begin(1, 4, 4);
  await running.during(1, async () => {
    running.hear(1, 5);
    running.hear(1, 7);
    void running.fetch(1);
  });
  for (const answer of answers) {
    answer({ changed: [], change: 7, more: false, reset: false });
    await settled();
  }
  assert.deepEqual(asked, [5, 4]);
});

test("a room is listed anew if its changes are too old", async (context) => {
  const { running, asked, count, pass } = changes(context, [{ change: 90, reset: true }, { change: 91 }]);
  running.begin(1, 40, 40);
  running.note(1, 91);
  const fetching = running.fetch(1);
  await pass(500);
  await fetching;
  assert.deepEqual([asked, count.reset], [[40, 90], 1]);
});

test("many changes that cannot be applied are one fetch a second", async (context) => {
  const { running, asked, pass } = changes(context, [{ change: 5 }, { change: 9 }]);
  running.begin(1, 4, 4);
  for (const change of [5, 6, 7, 8, 9]) {
    running.hear(1, change, () => false);
    void running.fetch(1);
    await pass(100);
  }
  await pass(900);
  assert.deepEqual(asked, [4, 5]);
});
