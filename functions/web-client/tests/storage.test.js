import assert from "node:assert/strict";
import { test } from "node:test";

import { forgetOthers } from "../page/client/leftovers.js";
import { Outbox } from "../page/client/outbox.js";
import { KEY, forgetSession, saveSession, savedSession } from "../page/client/session.js";
import { Shelf, memory } from "../page/client/storage.js";
import { files } from "./message.js";

test("servers and accounts that share a storage do not see each other's entries", () => {
  const shared = memory();
  const outbox = (/** @type {string} */ server, /** @type {number} */ user) =>
    new Outbox(new Shelf(shared, `chat ${server} `), files(), user);
  outbox("https://one.example", 1).add(7, "for one");
  outbox("https://one.example", 2).add(7, "of another account");
  outbox("https://two.example", 1).add(7, "for two");
  const texts = (/** @type {string} */ server) => outbox(server, 1).all().map(({ text }) => text);
  assert.deepEqual(texts("https://one.example"), ["for one"]);
  assert.deepEqual(texts("https://two.example"), ["for two"]);
});

test("an account that logs in removes the names and unsent messages of others, and keeps its own", () => {
  const items = memory();
  const shelf = new Shelf(items);
  const own = ["session", "device ann", "people:1", "outbox:1:a"];
  const others = ["people:2", "people:11", "outbox:2:a", "outbox:11:a", "outbox:11:b"];
  for (const key of [...others, ...own]) shelf.setItem(key, "");
  forgetOthers(shelf, 1);
  assert.deepEqual(shelf.keys(""), own);
});

test("a session that is damaged is none, and the next one replaces it", () => {
  const session = { token: "token", id: 1, username: "ann" };
  for (const damaged of ["{", "null", "7", '"ann"', "{}", JSON.stringify({ ...session, id: "1" })]) {
    const store = memory();
    store.setItem(KEY, damaged);
    assert.equal(savedSession(store), null);
    forgetSession(store, session);
    saveSession(store, session);
    assert.deepEqual(savedSession(store), session);
  }
});

test("what the storage does not take is kept in memory, and what it takes again is stored", () => {
  const storage = memory();
  let full = true;
  const shelf = new Shelf({
    ...storage,
    key: storage.key,
    get length() {
      return storage.length;
    },
    setItem: (key, value) => {
      if (full) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
      storage.setItem(key, value);
    },
  });
  shelf.setItem("a", "1");
  assert.deepEqual([shelf.getItem("a"), shelf.keys(""), storage.length], ["1", ["a"], 0]);
  full = false;
  shelf.setItem("a", "2");
  assert.deepEqual([shelf.getItem("a"), shelf.keys(""), storage.getItem("a")], ["2", ["a"], "2"]);
  full = true;
  shelf.setItem("a", "3");
  assert.equal(shelf.getItem("a"), "3");
  shelf.removeItem("a");
  assert.deepEqual([shelf.getItem("a"), shelf.keys("")], [null, []]);
});

test("a message is sent from a storage that takes nothing", () => {
  const refuses = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const outbox = new Outbox(new Shelf({ ...memory(), setItem: refuses }), files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  assert.equal(unsent.text, "hello");
  outbox.remove(unsent.client_id);
  assert.deepEqual(outbox.all(), []);
});

test("a memory knows its keys in their order after each change", () => {
  const storage = memory();
  storage.setItem("a", "1");
  storage.setItem("b", "2");
  assert.deepEqual([storage.length, storage.key(0), storage.key(1), storage.key(2)], [2, "a", "b", null]);
  storage.removeItem("a");
  assert.deepEqual([storage.length, storage.key(0), storage.getItem("a")], [1, "b", null]);
});
