import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { upload } from "../page/client/upload.js";
import { settled } from "./message.js";

const FIELDS = { key: "uploads/1", policy: "p" };
const ANNOUNCED = { id: "1", upload: { url: "https://bucket.example/", fields: FIELDS }, expires_in: 600 };

/** A request that the test answers. */
class Request {
  /** @type {Request} */
  static last;
  upload = {};
  status = 0;
  /** @type {FormData | null} */
  form = null;
  onload = () => {};
  onabort = () => {};
  open = () => {};
  abort() { this.onabort(); }
  /** @param {FormData} form */
  send(form) {
    this.form = form;
    Request.last = this;
  }
  /** @param {number} status */
  answers(status) {
    this.status = status;
    this.onload();
  }
}

/** @param {import("node:test").TestContext} context */
function begin(context) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Object.assign(globalThis, { XMLHttpRequest: Request });
  const controller = new AbortController();
  const done = upload(ANNOUNCED, new Blob(["miaow"]), () => undefined, controller.signal);
  return { done, controller, request: Request.last };
}

const passes = (/** @type {boolean} */ expected) => (/** @type {unknown} */ failure) =>
  failure instanceof Failure && failure.passes === expected;

test("the form has the file last, as S3 wants it", async (context) => {
  const { done, request } = begin(context);
  assert.deepEqual([...request.form?.keys() ?? []], ["key", "policy", "file"]);
  request.answers(204);
  await done;
});

test("a form that has expired is a reason to ask for another, a refusal is not", async (context) => {
  const refused = begin(context);
  refused.request.answers(403);
  await assert.rejects(refused.done, passes(false));
  context.mock.timers.reset();
  const late = begin(context);
  context.mock.timers.tick(50_000);
  Object.assign(late.request.upload).onprogress({ loaded: 1, total: 5 });
  context.mock.timers.setTime(600_000);
  late.request.answers(403);
  await assert.rejects(late.done, passes(true));
});

test("an upload that stands still for a minute is given up, one that moves is not", async (context) => {
  const { done, request } = begin(context);
  context.mock.timers.tick(59_000);
  Object.assign(request.upload).onprogress({ loaded: 1, total: 5 });
  let over = false;
  done.catch(() => { over = true; });
  context.mock.timers.tick(59_000);
  await Promise.resolve();
  assert.equal(over, false);
  context.mock.timers.tick(1_000);
  await assert.rejects(done, passes(true));
});

/**
 * Uploads as a program does, which has no `XMLHttpRequest`.
 * @param {import("node:test").TestContext} context
 * @param {number | "never"} answer
 */
function beginInProgram(context, answer) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  Object.assign(globalThis, { XMLHttpRequest: undefined });
  const { mock } = context.mock.method(globalThis, "fetch", (/** @type {string} */ _, /** @type {any} */ { signal }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      if (answer !== "never") setTimeout(() => resolve(new Response(null, { status: answer })), 1_000);
    }));
  const controller = new AbortController();
  const done = upload(ANNOUNCED, new Blob([new Uint8Array(3 << 20)]), () => undefined, controller.signal);
  return { done, controller, form: /** @type {FormData} */ (mock.calls[0].arguments[1].body) };
}

test("a program uploads by the same form, and knows one that has expired", async (context) => {
  const answers = /** @type {const} */ ([[204, 0, null], [403, 0, false], [403, 599_000, true], [503, 0, true]]);
  for (const [status, at, outcome] of answers) {
    const { done, form } = beginInProgram(context, status);
    assert.deepEqual([...form.keys()], ["key", "policy", "file"]);
    context.mock.timers.setTime(at);
    context.mock.timers.tick(1_000);
    if (outcome === null) await done;
    else await assert.rejects(done, passes(outcome));
    context.mock.timers.reset();
    context.mock.restoreAll();
  }
});

test("a program waits a minute for an upload, and another one for each megabyte, or until it is stopped", async (context) => {
  const { done } = beginInProgram(context, "never");
  let over = false;
  done.catch(() => { over = true; });
  context.mock.timers.tick(239_999);
  await settled();
  assert.equal(over, false);
  context.mock.timers.tick(1);
  await assert.rejects(done, passes(true));
  context.mock.timers.reset();
  context.mock.restoreAll();
  const stopped = beginInProgram(context, "never");
  stopped.controller.abort();
  await assert.rejects(stopped.done, passes(true));
});

test("whoever does not want it any more stops it", async (context) => {
  const { done, controller } = begin(context);
  controller.abort();
  await assert.rejects(done, passes(true));
});
