import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Chats } from "../page/client/chats.js";
import { Rooms, isMuted, isQuiet } from "../page/client/rooms.js";
import { message, room, settled } from "./message.js";

const ME = 1;
const USUAL = {
  muted_until: null, archived: false, pinned: false, marked_unread: false, draft: null, cleared_at: null, settings_version: 0,
};

/**
 * The chats of user 1, with the calls that were made and the rooms that were listed anew.
 * @param {...import("../page/client/rooms.js").Room} listed
 */
function chats(...listed) {
  const rooms = new Rooms(ME);
  for (const one of listed) rooms.take(one);
  /** @type {any[]} */
  const calls = [];
  /** @type {number[]} */
  const reloaded = [];
  /** The next answers, which are late, or failures. @type {Promise<void>[]} */
  const answers = [];
  /** Tasks that have failed, and that the next refresh runs again. @type {(() => Promise<void>)[]} */
  const due = [];
  /** @type {any} */
  const means = {
    rooms,
    api: { setChat: async (/** @type {number} */ id, /** @type {object} */ change) => {
      calls.push([id, change]);
      await answers.shift();
      return { ...USUAL, settings_version: (rooms.get(id)?.settings_version ?? 0) + 1, ...change };
    } },
    history: { of: () => ({}), reload: async (/** @type {number} */ id) => void reloaded.push(id) },
    sync: {
      attempt: (/** @type {() => Promise<void>} */ task) => task(),
      load: (/** @type {() => Promise<void>} */ task) => task().catch(() => void due.push(task)),
    },
    onchange: () => undefined, signal: new AbortController().signal,
  };
  return { rooms, calls, reloaded, answers, due, means, chats: new Chats(means) };
}

/** An answer that comes when the test says so. */
function answer() {
  /** @type {() => void} */
  let resolve = () => undefined;
  /** @type {(cause: unknown) => void} */
  let reject = () => undefined;
  const promise = new Promise((...both) => { [resolve, reject] = /** @type {any} */ (both); });
  return { promise, resolve: () => resolve(), reject: (/** @type {unknown} */ cause) => reject(cause) };
}

test("pinned chats are first, and those that are archived or muted do not count unless they mention the user", () => {
  const { rooms, chats: settings } = chats(room(1, { unread: 2 }), room(2, { unread: 3 }), room(3, { unread: 4 }));
  settings.take(1, { ...USUAL, pinned: true });
  settings.take(2, { ...USUAL, muted_until: "9999-12-31T23:59:59.999Z" });
  settings.take(3, { ...USUAL, archived: true });
  assert.deepEqual(rooms.list().map(({ id }) => id), [1, 3, 2]);
  assert.equal(rooms.unread, 2);
  rooms.apply(message(9, { conversation: 2 }), true);
  assert.equal(rooms.unread, 6);
  settings.take(1, { ...USUAL, marked_unread: true });
  rooms.mark(1, ME, 9_999);
  assert.equal(rooms.unread, 5);
});

test("a chat is muted until a time", () => {
  const muted = { ...USUAL, muted_until: "2026-01-01T00:00:00.000Z" };
  const at = Date.UTC(2026, 0, 1);
  assert.deepEqual([isMuted(muted, at - 1), isMuted(muted, at), isMuted(USUAL, at)], [true, false, false]);
  assert.equal(isQuiet({ ...USUAL, archived: true }, at), true);
});

test("of two settings the later ones count, whether an event brings them or an answer", () => {
  const { rooms, chats: settings } = chats(room(1, { settings_version: 1 }));
  settings.take(1, { ...USUAL, pinned: true, settings_version: 2 });
  rooms.take(room(1, { settings_version: 1 }));
  settings.take(1, { ...USUAL, settings_version: 1 });
  assert.equal(rooms.get(1)?.pinned, true);
  rooms.take(room(1, { settings_version: 3 }));
  assert.equal(rooms.get(1)?.pinned, false);
});

test("a cleared chat is listed anew", async () => {
  const { rooms, reloaded, chats: settings } = chats(room(1, { unread: 2, last_message: message(2) }));
  settings.take(1, { ...USUAL, pinned: true });
  assert.deepEqual(reloaded, []);
  settings.take(1, { ...USUAL, cleared_at: "2026-01-01T00:00:00.000Z" });
  await settled();
  assert.deepEqual([reloaded, rooms.get(1)?.unread, rooms.get(1)?.last_message], [[1], 0, null]);
});

test("a draft is saved after a pause, or when the user leaves, once", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { calls, chats: settings } = chats(room(1));
    for (const text of ["s", "see"]) settings.drafts(1, text);
    mock.timers.tick(1_500);
    await settled();
    assert.deepEqual(calls, [[1, { draft: "see" }]]);
    settings.drafts(1, "see you");
    settings.saveDraft(1);
    settings.saveDraft(1);
    await settled();
    settings.drafts(1, "see you");
    settings.saveDraft(1);
    await settled();
    settings.drafts(1, "  ");
    settings.saveDraft(1);
    await settled();
    assert.deepEqual(calls.slice(1), [[1, { draft: "see you" }], [1, { draft: null }]]);
  } finally {
    mock.timers.reset();
  }
});

test("a message that is sent ends the draft on all devices", async () => {
  const { rooms, calls, chats: settings } = chats(room(1, { draft: "see" }));
  settings.drafts(1, "see you");
  settings.sends(1);
  settings.saveDraft(1);
  await settled();
  assert.deepEqual([calls, rooms.get(1)?.draft], [[[1, { draft: null }]], null]);
  settings.sends(1);
  await settled();
  assert.equal(calls.length, 1);
});

test("a draft whose saving ends after the message is sent does not come back, unless it is written again", async () => {
  const { rooms, calls, chats: settings } = chats(room(1));
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  await Promise.resolve().then(() => undefined);
  settings.sends(1);
  settings.take(1, { ...USUAL, draft: "see you" });
  assert.equal(rooms.get(1)?.draft, null);
  await settled();
  assert.deepEqual([calls, rooms.get(1)?.draft], [[[1, { draft: "see you" }], [1, { draft: null }]], null]);
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  await settled();
  assert.equal(rooms.get(1)?.draft, "see you");
});

test("a draft is not removed before its saving has ended", async () => {
  const late = answer();
  const { calls, answers, chats: settings } = chats(room(1));
  answers.push(late.promise);
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  await settled();
  settings.sends(1);
  await settled();
  assert.deepEqual(calls, [[1, { draft: "see you" }]]);
  late.resolve();
  await settled();
  assert.deepEqual(calls, [[1, { draft: "see you" }], [1, { draft: null }]]);
});

test("a draft that is emptied while it is being saved is removed", async () => {
  const { rooms, calls, chats: settings } = chats(room(1));
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  await Promise.resolve();
  settings.drafts(1, "");
  settings.saveDraft(1);
  await settled();
  assert.deepEqual([calls.at(-1), rooms.get(1)?.draft], [[1, { draft: null }], null]);
});

test("a draft that could not be saved is saved by the next refresh, unless a later one is known", async () => {
  const refused = () => Promise.reject(new Error("offline"));
  const { rooms, calls, answers, due, chats: settings } = chats(room(1));
  answers.push(refused());
  settings.drafts(1, "see");
  settings.saveDraft(1);
  await settled();
  await due.shift()?.();
  assert.deepEqual([calls.length, rooms.get(1)?.draft], [2, "see"]);
  answers.push(refused());
  for (const text of ["seen", "see"]) {
    settings.drafts(1, text);
    settings.saveDraft(1);
    await settled();
  }
  await due.shift()?.();
  assert.equal(calls.length, 3);
  answers.push(refused(), refused());
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  await settled();
  settings.drafts(1, "see you soon");
  settings.saveDraft(1);
  await settled();
  settings.take(1, { ...USUAL, draft: "of the phone", settings_version: 9 });
  for (const task of due) await task();
  assert.deepEqual([due.length, calls.length, rooms.get(1)?.draft], [2, 5, "of the phone"]);
});

test("a saving that breaks does not end those after it, and is reported", async () => {
  const { means, calls, chats: settings } = chats(room(1));
  const [broken, { load }] = [answer(), means.sync];
  means.sync.load = () => broken.promise;
  settings.drafts(1, "see");
  settings.saveDraft(1);
  await settled();
  means.sync.load = load;
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  /** @type {unknown[]} */
  const faults = [];
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (fault) => faults.push(fault));
  try {
    broken.reject("a fault of the page");
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
  assert.deepEqual([calls, faults], [[[1, { draft: "see you" }]], ["a fault of the page"]]);
});

test("a draft that is too long for the server stays on this device", async () => {
  const { rooms, calls, chats: settings } = chats(room(1, { draft: "old" }));
  const text = "👍".repeat(513);
  settings.drafts(1, text);
  settings.saveDraft(1);
  await settled();
  assert.deepEqual([calls, rooms.get(1)?.draft], [[], "old"]);
  for (const draft of [null, "of the phone", "old"]) {
    settings.take(1, { ...USUAL, draft, settings_version: 1 });
    assert.deepEqual(settings.share(1, { text, saved: "old" }), { text, saved: "old" });
  }
  settings.drafts(1, "👍".repeat(512));
  settings.saveDraft(1);
  await settled();
  assert.equal(calls.length, 1);
});

test("a field takes the draft of another device, unless the server does not have its text", async () => {
  const { rooms, answers, chats: settings } = chats(room(1));
  const take = (/** @type {string | null} */ draft) =>
    settings.take(1, { ...USUAL, draft, settings_version: (rooms.get(1)?.settings_version ?? 0) + 1 });
  assert.deepEqual(settings.share(1, { text: "", saved: "" }), { text: "", saved: "" });
  take("see");
  assert.deepEqual(settings.share(1, { text: "", saved: "" }), { text: "see", saved: "see" });
  // Its saving has failed.
  assert.deepEqual(settings.share(1, { text: "see you", saved: "" }), { text: "see you", saved: "" });
  settings.drafts(1, "see you");
  take("of the phone");
  assert.deepEqual(settings.share(1, { text: "see", saved: "see" }), { text: "see", saved: "see" });
  const late = answer();
  answers.push(late.promise);
  settings.saveDraft(1);
  await settled();
  assert.deepEqual(settings.share(1, { text: "see", saved: "see" }), { text: "see", saved: "see" });
  late.resolve();
  await settled();
  assert.deepEqual(settings.share(1, { text: "see you", saved: "see" }), { text: "see you", saved: "see you" });
  take(null);
  assert.deepEqual(settings.share(1, { text: "see you", saved: "see you" }), { text: "", saved: "" });
});

test("the field is empty after a message, whatever becomes of the call that removes its draft", async () => {
  const { rooms, answers, chats: settings } = chats(room(1, { draft: "see you", settings_version: 5 }));
  answers.push(Promise.reject(new Error("offline")));
  settings.sends(1);
  for (let turn = 0; turn < 3; turn += 1) {
    assert.deepEqual(settings.share(1, { text: "", saved: "" }), { text: "", saved: "" });
    await settled();
    rooms.take(room(1, { draft: "see you", settings_version: 5 }));
  }
});

test("a message that arrives late ends its own draft, and not the next text", () => {
  const { rooms, chats: settings } = chats(room(1, { draft: "next", settings_version: 5 }));
  const field = { text: "next", saved: "next" };
  rooms.apply(message(1, { sender: ME, text: "the photo" }));
  assert.deepEqual(settings.share(1, field), field);
  // The server lists no draft from before the message.
  rooms.take(room(1, { settings_version: 5 }));
  assert.deepEqual(settings.share(1, field), field);
  rooms.apply(message(2, { sender: ME, text: "next" }));
  assert.deepEqual(settings.share(1, field), { text: "", saved: "" });
});
