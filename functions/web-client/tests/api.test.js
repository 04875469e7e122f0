import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, logIn, version } from "../page/client/api.js";
import { Tokens } from "../page/client/tokens.js";

/**
 * A server whose answers are given in turn; `asked` is the list of requests.
 * @param {import("node:test").TestContext} context
 * @param {Response[]} answers
 */
function server(context, answers) {
  /** @type {string[]} */
  const asked = [];
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ path, /** @type {RequestInit} */ request) => {
    const url = new URL(path, "http://chat.example");
    asked.push([request.method, url.href.slice(url.origin.length), request.body ?? ""].join(" ").trim());
    const answer = answers.shift();
    return answer && Object.defineProperty(answer, "url", { value: url.href });
  });
  return { api: new Api(new Tokens({ token: "token", id: 1, username: "Ann" })), asked };
}

/** @param {unknown} body @param {string} [next] the query of the next page */
const page = (body, next) =>
  Response.json(body, next === undefined ? {} : { headers: { link: `<${next}>; rel="next"` } });

test("a login shows the token of the last login of its name alone", async (context) => {
  const loggedIn = (/** @type {string} */ token) =>
    page({
      access_token: "token", refresh_token: "r1", expires_in: 86_400, device_token: token, user: { id: 1, username: "Ann" },
    });
  const { asked } = server(context, ["first", "second", "bobs", "third"].map(loggedIn));
  const kept = new Map();
  const store = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
  const first = await logIn("Ann", "pw", store, { device: "Ann's phone" });
  for (const name of ["ann", "bob", "ANN"]) await logIn(name, "pw", store);
  const { key, expires_at, ...session } = first;
  assert.deepEqual(session, { token: "token", refresh_token: "r1", id: 1, username: "Ann" });
  assert.ok(key && Math.abs((expires_at ?? 0) - Date.now() - 86_400_000) < 60_000);
  const body = asked.map((request) => JSON.parse(request.replace("POST /auth/login ", "")));
  assert.deepEqual(body.map(({ device_token }) => device_token), [undefined, "first", undefined, "second"]);
  assert.deepEqual(body.map(({ device }) => device), ["Ann's phone", undefined, undefined, undefined]);
});

test("members are asked for by page, and the first page begins at no user", async (context) => {
  const { api, asked } = server(context, [page([], "?limit=100&after=9"), page([])]);
  assert.equal((await api.members(1, { after: 0, limit: 100 })).more, true);
  assert.equal((await api.members(1, { after: 9, limit: 1 })).more, false);
  assert.deepEqual(asked, ["GET /list-members/1?limit=100", "GET /list-members/1?limit=1&after=9"]);
});

test("changes are listed after a number, and without one the number to begin with is asked for", async (context) => {
  const none = { changed: [], more: false, reset: false };
  const { api, asked } = server(context, [page({ ...none, change: 7 }), page({ ...none, change: 7 })]);
  assert.deepEqual([(await api.changes(1)).change, (await api.changes(1, 0)).change], [7, 7]);
  assert.deepEqual(asked, ["GET /list-changes/1?", "GET /list-changes/1?after=0"]);
});

test("the settings of privacy are asked for by changing nothing", async (context) => {
  const settings = ["contacts", "nobody"].map((add) => ({ add, last_seen: "everyone", online: "everyone", receipts: true }));
  const { api, asked } = server(context, settings.map((one) => page(one)));
  assert.deepEqual([await api.setPrivacy(), await api.setPrivacy({ add: "nobody" })], settings);
  assert.deepEqual(asked, ["POST /set-privacy {}", 'POST /set-privacy {"add":"nobody"}']);
});

test("sessions are listed, and one is ended by its id", async (context) => {
  const { api, asked } = server(context, [page([]), page({ message: "Session ended" })]);
  assert.deepEqual(await api.sessions(), []);
  await api.endSession("0a");
  assert.deepEqual(asked, ["GET /list-sessions", "DELETE /end-session/0a"]);
});

test("the presence of people is asked for by their ids", async (context) => {
  const presence = [{ user: 2, online: true, last_seen: null }, { user: 3, online: null, last_seen: null }];
  const { api, asked } = server(context, [page(presence)]);
  assert.deepEqual(await api.presence([2, 3]), presence);
  assert.deepEqual(asked, ["GET /get-presence?users=2,3"]);
});

test("the version of the server is asked for", async (context) => {
  const { asked } = server(context, [page({ build: "4f5a6b7-1" })]);
  assert.equal(await version(), "4f5a6b7-1");
  assert.deepEqual(asked, ["GET /version"]);
});

test("a refusal whose body cannot be read is said by its status, with its wait", async (context) => {
  const cut = new ReadableStream({ start: (body) => body.error(new TypeError("terminated")) });
  const refusals = [cut, "<html>", "", "null", "[]", '"text"', '{"message":"Request Too Long"}'];
  for (const body of refusals) {
    const { api } = server(context, [new Response(body, { status: 413 })]);
    await assert.rejects(api.openDirect(2), { message: "This is too large to be sent.", status: 413, code: "unknown" });
    context.mock.restoreAll();
  }
  const { api } = server(context, [new Response("<html>", { status: 503, headers: { "retry-after": "7" } })]);
  await assert.rejects(api.openDirect(2), { status: 503, retryAfter: 7_000, passes: true });
});

test("an answer that is cut off, and one that does not come, can be asked for again", async (context) => {
  const cut = new ReadableStream({ start: (body) => body.error(new TypeError("terminated")) });
  const { api } = server(context, [new Response(cut), new Response("<html>")]);
  for (let answer = 0; answer < 3; answer += 1) {
    await assert.rejects(api.openDirect(2), { message: "The server cannot be reached.", status: 0, passes: true });
  }
});

test("a refusal is said in words, with its wait", async (context) => {
  const refused = Response.json({ code: "rate_limited", detail: "Too many attempts. Try again in 90 s." },
    { status: 429, headers: { "retry-after": "90" } });
  const { api } = server(context, [refused]);
  await assert.rejects(api.openDirect(2), {
    message: "That was too often. Please try again in 90 seconds.", code: "rate_limited", retryAfter: 90_000,
  });
});
