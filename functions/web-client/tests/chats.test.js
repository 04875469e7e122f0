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
  /** @type {any} */
  const means = {
    rooms,
    api: { setChat: async (/** @type {number} */ id, /** @type {object} */ change) => {
      calls.push([id, change]);
      return { ...USUAL, ...change };
    } },
    history: { of: () => ({}), reload: async (/** @type {number} */ id) => void reloaded.push(id) },
    sync: { attempt: (/** @type {() => Promise<void>} */ task) => task() },
    onchange: () => undefined, signal: new AbortController().signal,
  };
  return { rooms, calls, reloaded, chats: new Chats(means) };
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
    assert.equal(settings.isWriting(1), true);
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
  /** @type {(() => void)[]} */
  const answers = [];
  const { calls, chats: settings } = chats(room(1));
  const saved = settings.set.bind(settings);
  settings.set = async (id, change) => {
    await saved(id, change);
    await new Promise((resolve) => answers.push(() => resolve(undefined)));
  };
  settings.drafts(1, "see you");
  settings.saveDraft(1);
  settings.sends(1);
  await settled();
  assert.deepEqual(calls, [[1, { draft: "see you" }]]);
  answers.shift()?.();
  await settled();
  assert.deepEqual(calls, [[1, { draft: "see you" }], [1, { draft: null }]]);
});

test("a draft that is too long for the server stays on this device", async () => {
  const { rooms, calls, chats: settings } = chats(room(1));
  const text = "👍".repeat(513);
  settings.drafts(1, text);
  settings.saveDraft(1);
  await settled();
  assert.deepEqual([calls, rooms.get(1)?.draft], [[], text]);
  settings.drafts(1, "👍".repeat(512));
  settings.saveDraft(1);
  await settled();
  assert.equal(calls.length, 1);
});
