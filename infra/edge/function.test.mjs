// Tests EdgeFunction of template.yaml in Node, which differs from CloudFront: Node knows more of the language, and the
// event is made here. The runtime 2.0 of CloudFront Functions has neither modules nor `for … of`, and 10 KB for the code.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const CODE = code(read("../../template.yaml")).replaceAll("${StageName}", "prod");
const CASES = JSON.parse(read("sockets.json"));
const handler = runInNewContext(`${CODE}; handler`);

/** The block after `FunctionCode`. */
function code(template) {
  const lines = template.split("\n");
  const start = lines.findIndex((line) => line.trim() === "FunctionCode: !Sub |") + 1;
  const indent = /^ */.exec(lines[start])[0];
  const end = lines.findIndex((line, number) => number > start && line !== "" && !line.startsWith(indent));
  return lines.slice(start, end).map((line) => line.slice(indent.length)).join("\n");
}

/** What CloudFront makes of a query: names and values as they are written, and all values of a name that occurs again. */
function parsed(query) {
  const parameters = {};
  for (const parameter of query.split("&").filter(Boolean)) {
    const [name, ...value] = parameter.split("=");
    const one = { value: value.join("=") };
    if (Object.hasOwn(parameters, name)) {
      const known = parameters[name];
      known.multiValue = [...(known.multiValue ?? [{ value: known.value }]), one];
    } else parameters[name] = one;
  }
  return parameters;
}

/** The parameters in any order, as API Gateway decodes them. */
function decoded(querystring) {
  const query = Object.entries(querystring)
    .flatMap(([name, { value, multiValue }]) => (multiValue ?? [{ value }]).map((one) => `${name}=${one.value}`));
  return [...new URLSearchParams(query.join("&"))].sort();
}

function answer(uri, query = "", headers = {}) {
  const viewer = { ip: "2001:db8::7" };
  return handler({ version: "1.0", viewer, request: { method: "GET", uri, querystring: parsed(query), headers } });
}

test("the edge and the local runtime agree", () => {
  for (const { path, query, socket } of CASES) {
    const { uri, querystring, statusCode } = answer(path, query);
    const opened = uri === "/prod" ? decoded(querystring) : null;
    assert.deepEqual(opened, socket === null ? null : decoded(parsed(socket)), `${path}?${query}`);
    // Other paths go on to the REST API, unless the behaviour has sent them to that of the sockets.
    if (socket === null) assert.equal(statusCode ?? uri, path.startsWith("/ws") ? 404 : path);
  }
});

test("the origin learns the address of the client, whatever the client says", () => {
  const headers = () => ({ "x-chat-address": { value: "203.0.113.7", multiValue: [{ value: "a" }, { value: "b" }] } });
  for (const path of ["/auth/login/", "/ws/chat/7/", "/"]) {
    const { headers: sent } = answer(path, "", headers());
    assert.deepEqual({ ...sent["x-chat-address"] }, { value: "2001:db8::7" });
  }
});

test("a request of the REST API stays as it is", () => {
  const { uri, querystring, method } = answer("/find-user/", "username=a%20b&room_name=7");
  assert.equal(uri, "/find-user/");
  assert.deepEqual(decoded(querystring), [["room_name", "7"], ["username", "a b"]]);
  assert.equal(method, "GET");
});

test("the code fits", () => {
  assert.ok(CODE.length < 10_240);
  for (const missing of [/\bfor\s*\(.*\bof\b/, /\bimport\b/, /\bclass\b/, /`/, /\.\.\./]) assert.doesNotMatch(CODE, missing);
});
