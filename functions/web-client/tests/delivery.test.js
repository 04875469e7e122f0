import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Delivery } from "../page/client/delivery.js";
import { KNOWN_AGAIN_FOR, Outbox } from "../page/client/outbox.js";
import { files, message, settled, storage } from "./message.js";

const unreachable = () => new Failure(0, "unreachable", "The server cannot be reached.");

/**
 * A delivery to a server that answers with `answers` in turn, and then accepts.
 * @param {import("node:test").TestContext} context
 * @param {(Failure | Promise<void>)[]} answers
 */
function delivery(context, answers = []) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const outbox = new Outbox(storage(), files(), 1);
  /** @type {string[]} */
  const asked = [];
  /** @type {string[]} */
  const sent = [];
  let ends = 0;
  /** Tasks that run alone now. */
  let tasks = 0;
  const running = new Delivery({
    outbox,
    send: async (unsent) => {
      asked.push(unsent.client_id);
      const answer = answers.shift();
      if (answer instanceof Failure) throw answer;
      await answer;
      return message(asked.length, { text: unsent.text, client_id: unsent.client_id });
    },
    onsent: ({ text }) => sent.push(text),
    onchange: () => undefined,
    onended: () => { ends += 1; },
    alone: async (_, task) => {
      tasks += 1;
      await task();
      tasks -= 1;
    },
    backoff: (attempt) => 100 * 2 ** attempt,
  });
  return { outbox, asked, sent, running, ends: () => ends, alone: () => tasks, pass: async (/** @type {number} */ time) => {
    context.mock.timers.tick(time);
    await settled();
  } };
}

test("a number that another message has is not tried again", async (context) => {
  const { outbox, asked, running } = delivery(context, [new Failure(409, "client_id_reused", "Taken.")]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  const [unsent] = outbox.all();
  assert.deepEqual([unsent.refused, unsent.code, asked.length], ["Taken.", "client_id_reused", 1]);
});

test("a message is tried under one name until it gets through, and those after it wait", async (context) => {
  const failures = [unreachable(), new Failure(503, "unavailable", "")];
  const { outbox, asked, sent, running, pass } = delivery(context, failures);
  outbox.add(1, "one");
  outbox.add(1, "two");
  const [first, second] = outbox.all().map(({ client_id }) => client_id);
  running.wake();
  await settled();
  await pass(99);
  assert.deepEqual(asked, [first]);
  await pass(1);
  assert.deepEqual(asked, [first, first]);
  await pass(200);
  assert.deepEqual(asked, [first, first, first, second]);
  assert.deepEqual(sent, ["one", "two"]);
  assert.deepEqual(outbox.all(), []);
});

test("a server that is asked too often says when to come back", async (context) => {
  const { outbox, asked, sent, running, pass } = delivery(context, [new Failure(429, "rate_limited", "", 5_000)]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  // Neither another message nor a new connection makes it come earlier.
  outbox.add(1, "two");
  running.wake();
  await settled();
  await pass(4_999);
  assert.equal(asked.length, 1);
  await pass(1);
  assert.deepEqual([asked.length, sent], [3, ["one", "two"]]);
});

test("the end of a session ends every waiting", async (context) => {
  const { outbox, asked, running, pass } = delivery(context, [new Failure(429, "rate_limited", "", 5_000)]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  running.end();
  await pass(5_000);
  assert.deepEqual([asked.length, outbox.all().length], [1, 1]);
});

test("a call that fails by the end of a session lets the next session send immediately", async (context) => {
  /** @type {(failure: Failure) => void} */
  let fail = () => undefined;
  const answer = new Promise((_, reject) => { fail = reject; });
  const { outbox, running, alone } = delivery(context, [answer]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  running.end();
  fail(unreachable());
  await settled();
  assert.deepEqual([alone(), outbox.all().length], [0, 1]);
});

test("a connection that is back ends the waiting", async (context) => {
  const { outbox, asked, sent, running } = delivery(context, [unreachable()]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  running.wake();
  await settled();
  assert.deepEqual([asked.length, sent], [2, ["one"]]);
});

test("what the server does not take is not tried again, and holds nobody up", async (context) => {
  const { outbox, sent, running } = delivery(context, [new Failure(403, "not_a_member", "You are not a member.")]);
  outbox.add(1, "one");
  outbox.add(1, "two");
  running.wake();
  await settled();
  assert.deepEqual(sent, ["two"]);
  assert.deepEqual(outbox.all().map(({ text, refused }) => [text, refused]), [["one", "You are not a member."]]);
});

test("one room does not wait for another", async (context) => {
  const { outbox, sent, running } = delivery(context, [new Promise(() => undefined)]);
  outbox.add(1, "stuck");
  outbox.add(2, "free");
  running.wake();
  await settled();
  assert.deepEqual(sent, ["free"]);
});

test("what is written while another message is on its way is sent, and only once", async (context) => {
  /** @type {() => void} */
  let arrive = () => undefined;
  const { outbox, asked, sent, running } = delivery(context, [new Promise((resolve) => { arrive = resolve; })]);
  outbox.add(1, "one");
  running.wake();
  outbox.add(1, "two");
  running.wake();
  arrive();
  await settled();
  assert.deepEqual([asked.length, sent], [2, ["one", "two"]]);
});

test("the end of the session is told once, and what is unsent stays", async (context) => {
  const ended = new Failure(401, "unauthenticated", "");
  const { outbox, asked, running, ends } = delivery(context, [ended]);
  outbox.add(1, "one");
  running.wake();
  await settled();
  running.wake();
  await settled();
  assert.deepEqual([asked.length, ends(), outbox.all().length], [1, 1, 1]);
});

test("what may have arrived days ago is not sent by itself", async (context) => {
  const { outbox, asked, running } = delivery(context);
  context.mock.timers.reset();
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  outbox.add(1, "long ago");
  context.mock.timers.tick(KNOWN_AGAIN_FOR + 1);
  running.wake();
  await settled();
  assert.deepEqual(asked, []);
  assert.match(outbox.all()[0].refused ?? "", /may have arrived/);
});

test("an answer whose original was deleted is sent again as a message that answers none", async (context) => {
  for (const code of ["message_deleted", "message_not_found"]) {
    const { outbox, sent, running } = delivery(context, [new Failure(409, code, "Deleted.")]);
    outbox.add(1, "one", undefined, { reply_to: 1001, mentions: [2] });
    running.wake();
    await settled();
    const [refused] = outbox.all();
    outbox.retry(refused);
    const [{ reply_to, mentions, client_id }] = outbox.all();
    assert.deepEqual([refused.reply_to, reply_to, mentions, client_id], [1001, undefined, [2], refused.client_id]);
    running.wake();
    await settled();
    assert.deepEqual(sent, ["one"]);
    context.mock.timers.reset();
  }
});
