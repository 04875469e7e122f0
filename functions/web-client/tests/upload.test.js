import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { upload } from "../page/client/upload.js";

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

test("whoever does not want it any more stops it", async (context) => {
  const { done, controller } = begin(context);
  controller.abort();
  await assert.rejects(done, passes(true));
});
