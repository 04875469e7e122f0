import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { inWords } from "../page/client/refusals.js";

const OPENAPI = readFileSync(new URL("../../../infra/openapi.yaml", import.meta.url), "utf8");
/** Codes whose detail names the reason, which only the server knows. */
const DETAILED = ["invalid_request", "attachment_invalid", "malformed_json"];

test("every code of the description has a sentence", () => {
  const listed = /\n    Code:\n[^]*?enum:\n([^]*?)\n    \w/.exec(OPENAPI)?.[1] ?? "";
  const codes = [...listed.matchAll(/- (\w+)/g)].map(([, code]) => code);
  assert.ok(codes.length > 20, listed);
  const unsaid = codes.filter((code) => inWords({ status: 400, code, detail: "the detail" }) === "the detail");
  assert.deepEqual(unsaid.sort(), DETAILED.sort());
});

test("a refusal that passes says when to try again", () => {
  const at = (/** @type {number} */ seconds) =>
    inWords({ status: 429, code: "rate_limited", retryAfter: 1_000 * seconds }).replace(/.*again /, "");
  const waits = [0, 1, 5, 119, 120, 7_199, 7_200, 86_400].map(at);
  assert.deepEqual(waits, ["in a moment.", "in 1 second.", "in 5 seconds.", "in 119 seconds.", "in 2 minutes.",
    "in 120 minutes.", "in 2 hours.", "in 24 hours."]);
});

test("the gateway, which knows no codes, and a later version are understood", () => {
  assert.match(inWords({ status: 429 }), /too often.*in a moment/);
  assert.match(inWords({ status: 413 }), /too large/);
  assert.match(inWords({ status: 500 }), /The server has failed/);
  assert.equal(inWords({ status: 409, code: "from_the_future", detail: "Too late." }), "Too late.");
  assert.equal(inWords({ status: 409, code: "constructor", detail: "Too late." }), "Too late.");
});
