import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Outgoing } from "../page/client/outgoing.js";
import { Shelf, memory } from "../page/client/storage.js";
import { message, settled } from "./message.js";

/**
 * The outgoing messages of user 1, to a server that answers with `answers` in turn and then takes everything.
 * @param {import("node:test").TestContext} context
 * @param {Failure[]} answers
 */
function outgoing(context, answers = [], storage = memory()) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {any[]} */
  const sent = [];
  /** @type {string[]} */
  const refused = [];
  /** @type {any} */
  const api = {
    send: async (/** @type {any} */ unsent) => {
      sent.push(unsent.text);
      const failure = answers.shift();
      if (failure) throw failure;
      return message(sent.length, { sender: 1, text: unsent.text, client_id: unsent.client_id });
    },
  };
  const nothing = () => undefined;
  const running = new Outgoing(1, {
    api, storage: new Shelf(storage), scope: "", onsent: nothing, onchange: nothing, onended: nothing,
    onrefused: ({ text }, { code }) => refused.push(`${text}: ${code}`),
  });
  context.after(() => running.end());
  return { running, sent, refused };
}

/** @param {Promise<unknown>} outcome */
const problem = (outcome) => outcome.then(() => null, ({ status, code }) => [status, code]);

test("a message that is sent resolves in its order, after failures that pass", async (context) => {
  const { running, sent } = outgoing(context, [new Failure(503, "unavailable", "")]);
  const outcomes = Promise.all([running.deliver(1, "one"), running.deliver(1, "two")]);
  await settled();
  context.mock.timers.tick(500);
  assert.deepEqual((await outcomes).map(({ text }) => text), ["one", "two"]);
  assert.deepEqual([sent, running.of(1)], [["one", "one", "two"], []]);
});

test("a message that is refused rejects with the reason, and holds nothing up", async (context) => {
  for (const [status, code] of /** @type {[number, string][]} */ ([
    [403, "not_a_member"], [409, "client_id_reused"], [413, "payload_too_large"], [400, "invalid_request"],
  ])) {
    const { running, refused } = outgoing(context, [new Failure(status, code, "No.")]);
    const first = problem(running.deliver(1, "one"));
    const second = running.deliver(1, "two");
    assert.deepEqual(await first, [status, code]);
    assert.equal((await second).text, "two");
    assert.deepEqual([running.of(1), refused], [[], []]);
    context.mock.timers.reset();
  }
});

test("a message whose answer is lost resolves by its push", async (context) => {
  const { running } = outgoing(context, [new Failure(0, "unreachable", "")]);
  const outcome = running.deliver(1, "one");
  await settled();
  const [{ client_id }] = running.of(1);
  running.arrived(client_id, message(1, { text: "one", client_id }));
  assert.equal((await outcome).id, 1001);
  assert.deepEqual(running.of(1), []);
});

test("a message that is not sent at the end rejects, and the next program sends it", async (context) => {
  const storage = memory();
  const { running } = outgoing(context, [new Failure(0, "unreachable", "")], storage);
  const outcome = problem(running.deliver(1, "one"));
  await settled();
  running.end();
  assert.deepEqual(await outcome, [0, "closed"]);
  context.mock.timers.reset();
  const next = outgoing(context, [new Failure(403, "not_a_member", "You are out.")], storage);
  next.running.wake();
  await settled();
  assert.deepEqual([next.sent, next.refused], [["one"], ["one: not_a_member"]]);
});
