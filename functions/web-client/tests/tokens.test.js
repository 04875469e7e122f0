import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Tokens } from "../page/client/tokens.js";

const DAY = 86_400_000;

/** @typedef {import("../page/client/session.js").Session} Session */

/**
 * A server that refreshes as the real one: a token that was just replaced gets the same successor. Only the newest two
 * access tokens are valid.
 * @param {import("node:test").TestContext} context
 */
function server(context) {
  let newest = 1;
  /** @type {string[]} */
  const asked = [];
  const state = { asked, isDown: false, hasEnded: false, isSlow: false };
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ path, /** @type {RequestInit} */ { headers, body }) => {
    if (state.isSlow) await new Promise((resolve) => setTimeout(resolve, 5));
    if (state.isDown) throw new TypeError("fetch failed");
    const refused = () => Response.json({ code: "unauthenticated", detail: "no" }, { status: 401 });
    if (path === "/auth/refresh") {
      const { refresh_token } = JSON.parse(String(body));
      asked.push(`refresh ${refresh_token}`);
      if (state.hasEnded || ![`r${newest}`, `r${newest - 1}`].includes(refresh_token)) return refused();
      if (refresh_token === `r${newest}`) newest += 1;
      return Response.json({ access_token: `a${newest}`, refresh_token: `r${newest}`, expires_in: DAY / 1_000 });
    }
    const token = new Headers(headers).get("authorization")?.slice("Bearer ".length);
    asked.push(`${path} ${token}`);
    return state.hasEnded || token !== `a${newest}` ? refused() : Response.json({});
  });
  return state;
}

/** @param {Partial<Session>} [changes] @returns {Session} */
function session(changes) {
  return { token: "a1", refresh_token: "r1", key: "k", id: 1, username: "ann", expires_at: Date.now() + DAY, ...changes };
}

/** A place that tabs share. @param {Session | null} stored */
function shared(stored) {
  return { stored, load() { return this.stored; }, save(/** @type {Session} */ one) { this.stored = one; } };
}

/** Locks as those of a browser. @param {import("node:test").TestContext} context */
function locks(context) {
  let last = Promise.resolve();
  const request = (/** @type {string} */ _, /** @type {() => Promise<void>} */ task) => (last = last.then(task));
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request } }, configurable: true });
  context.after(() => before && Object.defineProperty(globalThis, "navigator", before));
}

/** Has no locks. @param {import("node:test").TestContext} context */
function noLocks(context) {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  context.after(() => before && Object.defineProperty(globalThis, "navigator", before));
}

/** @param {Promise<unknown>} outcome */
const problem = (outcome) => outcome.then(() => null, (failure) => failure instanceof Failure && failure.code);

test("a token that is valid for long is used as it is", async (context) => {
  const { asked } = server(context);
  await new Tokens(session()).call("GET", "/rooms", {});
  assert.deepEqual(asked, ["/rooms a1"]);
});

test("a token that expires soon is refreshed before the call, and stored", async (context) => {
  const { asked } = server(context);
  const place = shared(session({ expires_at: Date.now() + 60_000 }));
  const tokens = new Tokens(/** @type {Session} */ (place.stored), { place });
  await tokens.call("GET", "/rooms", {});
  await tokens.call("GET", "/rooms", {});
  assert.deepEqual(asked, ["refresh r1", "/rooms a2", "/rooms a2"]);
  assert.equal(place.stored?.refresh_token, "r2");
  assert.deepEqual([tokens.session.key, tokens.session.username], ["k", "ann"]);
});

test("a token that the server refuses is refreshed once, and the call is made again", async (context) => {
  const { asked } = server(context);
  const tokens = new Tokens(session({ token: "old" }));
  await Promise.all([tokens.call("GET", "/one", {}), tokens.call("GET", "/two", {})]);
  assert.deepEqual(asked, ["/one old", "/two old", "refresh r1", "/one a2", "/two a2"]);
});

test("the refused call shows the end of the session, after one refresh", async (context) => {
  const state = server(context);
  state.hasEnded = true;
  const tokens = new Tokens(session());
  assert.equal(await problem(tokens.call("GET", "/rooms", {})), "unauthenticated");
  assert.equal(await problem(tokens.call("GET", "/rooms", {})), "unauthenticated");
  assert.deepEqual(state.asked, ["/rooms a1", "refresh r1", "/rooms a1"]);
});

test("a server that cannot be reached ends no session", async (context) => {
  const state = server(context);
  state.isDown = true;
  const tokens = new Tokens(session({ expires_at: Date.now() - 1 }));
  assert.equal(await problem(tokens.call("GET", "/rooms", {})), "unreachable");
  state.isDown = false;
  await tokens.call("GET", "/rooms", {});
  assert.deepEqual(state.asked, ["refresh r1", "/rooms a2"]);
});

test("a refresh that fails early is not repeated with each call", async (context) => {
  const state = server(context);
  const tokens = new Tokens(session({ expires_at: Date.now() + 60_000 }));
  state.isDown = true;
  assert.equal(await problem(tokens.call("GET", "/rooms", {})), "unreachable");
  state.isDown = false;
  await tokens.call("GET", "/rooms", {});
  assert.deepEqual(state.asked, ["/rooms a1"]);
});

for (const [name, has] of /** @type {const} */ ([["with locks", locks], ["without locks", noLocks]])) {
  test(`two tabs that refresh at the same moment keep the session, ${name}`, async (context) => {
    has(context);
    const state = server(context);
    state.isSlow = true;
    const place = shared(session({ expires_at: Date.now() }));
    const tabs = [1, 2].map(() => new Tokens(/** @type {Session} */ (place.stored), { place }));
    await Promise.all(tabs.map((tab) => tab.call("GET", "/rooms", {})));
    assert.deepEqual(tabs.map(({ access }) => access), ["a2", "a2"]);
    assert.equal(place.stored?.refresh_token, "r2");
    const refreshes = state.asked.filter((one) => one.startsWith("refresh")).length;
    assert.equal(refreshes, has === locks ? 1 : 2);
  });
}

test("a tab takes the tokens that another one has stored long before", async (context) => {
  const { asked } = server(context);
  const place = shared(session({ expires_at: Date.now() + 60_000 }));
  const [one, other] = [1, 2].map(() => new Tokens(/** @type {Session} */ (place.stored), { place }));
  await one.call("GET", "/rooms", {});
  await other.call("GET", "/rooms", {});
  assert.deepEqual(asked, ["refresh r1", "/rooms a2", "/rooms a2"]);
});

test("neither a logout meanwhile nor another session is overwritten", async (context) => {
  server(context);
  for (const stored of [null, session({ key: "another" })]) {
    const place = shared(stored);
    await new Tokens(session({ expires_at: Date.now() }), { place }).call("GET", "/rooms", {}).catch(() => undefined);
    assert.equal(place.stored, stored);
  }
});

test("a session of before has no refresh token, and ends with its access token", async (context) => {
  const { asked } = server(context);
  const tokens = new Tokens({ token: "old", id: 1, username: "ann" });
  assert.equal(await problem(tokens.call("GET", "/rooms", {})), "unauthenticated");
  assert.deepEqual(asked, ["/rooms old"]);
});

test("tokens are refreshed without a call before they expire, until the signal", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { asked } = server(context);
  const ends = new AbortController();
  const tokens = new Tokens(session(), { signal: ends.signal });
  const settle = async () => { for (let turn = 0; turn < 50; turn += 1) await Promise.resolve(); };
  context.mock.timers.tick(DAY - 3_700_000);
  await settle();
  assert.deepEqual(asked, []);
  context.mock.timers.tick(200_000);
  await settle();
  await new Promise((resolve) => setImmediate(resolve));
  await settle();
  assert.deepEqual([asked, tokens.access], [["refresh r1"], "a2"]);
  ends.abort();
  context.mock.timers.tick(2 * DAY);
  await settle();
  assert.deepEqual(asked, ["refresh r1"]);
});
