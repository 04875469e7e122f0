import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Client } from "../page/client/client.js";
import { answered, server } from "./server.js";

/**
 * A client whose calls get these statuses in turn, and an answer after them.
 * @param {import("node:test").TestContext} context
 * @param {string} path
 * @param {number[]} statuses
 * @param {Record<string, string>} [headers]
 */
async function client(context, path, statuses, headers) {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { answers, connects } = server(context);
  let asked = 0;
  answers.set(path, () => {
    const status = statuses[asked];
    asked += 1;
    return status === undefined ? {} : Response.json({ code: "unavailable" }, { status, headers });
  });
  answers.set("/find-user", () => ({ id: 2, username: "bob" }));
  const running = new Client({ server: "", socket: "", session: { token: "token", id: 1, username: "ann" } });
  context.after(() => running.close());
  connects();
  await running.ready;
  return { running, asked: () => asked, pass: async () => {
    for (let second = 0; second < 60; second += 1) {
      context.mock.timers.tick(1_000);
      await answered();
    }
  } };
}

const MESSAGE = { conversation: 1, id: 1001 };

test("a call that can be repeated is repeated after failures that pass", async (context) => {
  const { running, asked, pass } = await client(context, "/read-message", [503, 500, 429]);
  const outcome = running.read(MESSAGE);
  await pass();
  await outcome;
  assert.equal(asked(), 4);
});

test("a call is given up after half a minute, and rejects with the failure", async (context) => {
  const { running, asked, pass } = await client(context, "/read-message", Array(99).fill(503));
  const outcome = assert.rejects(running.read(MESSAGE), (failure) => failure instanceof Failure && failure.passes);
  await pass();
  await outcome;
  assert.equal(asked(), 7);
});

test("a call is not repeated after a refusal, for a long wait, or if it could do its work twice", async (context) => {
  const refused = await client(context, "/read-message", [403]);
  await assert.rejects(refused.running.read(MESSAGE), { status: 403 });
  context.mock.timers.reset();
  context.mock.restoreAll();
  const late = await client(context, "/read-message", [429], { "retry-after": "31" });
  await assert.rejects(late.running.read(MESSAGE), { retryAfter: 31_000 });
  context.mock.timers.reset();
  context.mock.restoreAll();
  const twice = await client(context, "/create-chatroom", [503]);
  await assert.rejects(twice.running.createGroup("Garden", ["bob"]), { status: 503 });
  assert.deepEqual([refused.asked(), late.asked(), twice.asked()], [1, 1, 1]);
});
