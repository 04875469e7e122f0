import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Directs } from "../page/client/directs.js";
import { Incoming } from "../page/client/incoming.js";
import { Invitations } from "../page/client/invitations.js";
import { Notices } from "../page/client/notices.js";
import { Privacy } from "../page/client/privacy.js";
import { Rooms } from "../page/client/rooms.js";
import { NO_CHANGES, NO_FEED, room, settled } from "./message.js";

const BOB = { id: 2, username: "bob" };
const direct = () => room(7, { type: "direct", name: "", members: [1, 2], peer: BOB });

/** @param {string} code */
const refuse = (code) => async () => { throw new Failure(404, code, "refused"); };

/** @param {number} conversation @param {number} [days] until it expires */
const invitation = (conversation, days = 7) => ({
  conversation, name: `Room ${conversation}`, picture: null, members_count: 3, invited_by: BOB,
  expires_at: new Date(Date.now() + days * 86_400_000).toISOString(),
});

/**
 * @param {import("../page/client/api.js").Invitation[]} listed
 * @param {Partial<import("../page/client/api.js").Api>} [api]
 */
function invitations(listed, api = {}) {
  /** @type {any[]} */
  const calls = [];
  const running = new Invitations({
    api: {
      invitations: async () => listed,
      answerInvitation: async (...answer) => { calls.push(answer); },
      ...api,
    },
    appears: async (id) => { calls.push(["appears", id]); },
    oninvited: ({ name }) => calls.push(["invited", name]),
    onchange: () => undefined,
  });
  return { running, calls, ids: () => running.list().map(({ conversation }) => conversation) };
}

test("a direct room is there as soon as it is opened, and hiding it takes it away", async () => {
  const rooms = new Rooms(1);
  const directs = new Directs({
    api: { openDirect: async () => direct(), leave: async () => undefined },
    rooms, directory: { find: async () => BOB }, onleft: (id) => rooms.leave(id, 1),
  });
  assert.equal(await directs.open("bob"), 7);
  assert.deepEqual([rooms.get(7)?.peer, rooms.get(7)?.unread], [BOB, 0]);
  await directs.hide(7);
  assert.deepEqual(rooms.list(), []);
});

test("who accepts no new chats is named", async () => {
  const directs = new Directs({
    api: { openDirect: refuse("not_accepted"), leave: async () => undefined },
    rooms: new Rooms(1), directory: { find: async () => BOB }, onleft: () => undefined,
  });
  await assert.rejects(directs.open("bob"), /^Error: bob accepts no new chats\.$/);
});

test("invitations are listed from the newest on until they are answered or expire", async () => {
  const { running, calls, ids } = invitations([invitation(1, -1), invitation(2), invitation(3)]);
  await running.load();
  assert.deepEqual(ids(), [3, 2]);
  await running.answer(3, true);
  await running.answer(2, false);
  assert.deepEqual([ids(), calls], [[], [[3, true], ["appears", 3], [2, false]]]);
});

test("an invitation that is not valid any more goes, and one that cannot be answered now stays", async () => {
  const invalid = invitations([invitation(1)], { answerInvitation: refuse("invite_invalid") });
  await invalid.running.load();
  await assert.rejects(invalid.running.answer(1, true), Failure);
  assert.deepEqual(invalid.ids(), []);
  const full = invitations([invitation(1)], { answerInvitation: refuse("room_full") });
  await full.running.load();
  await assert.rejects(full.running.answer(1, true), Failure);
  assert.deepEqual(full.ids(), [1]);
});

test("only an invitation that is listed is announced, because those of blocked people are not", async () => {
  const { running, calls } = invitations([invitation(1)]);
  await running.invited(1);
  await running.invited(2);
  assert.deepEqual(calls, [["invited", "Room 1"]]);
});

test("whom the user blocks is listed until the block is lifted", async () => {
  /** @type {any[]} */
  const calls = [];
  const usual = /** @type {const} */ ({ add: "contacts", last_seen: "everyone", online: "everyone", receipts: true });
  const privacy = new Privacy(1, {
    api: {
      blocks: async () => [{ user: 3, username: "cem", blocked_at: "2026-01-01T00:00:00.000Z" }],
      setBlock: async (...block) => { calls.push(block); },
      setPrivacy: async (changes = {}) => ({ ...usual, ...changes }),
    },
    onchange: () => undefined,
  });
  await privacy.load();
  await privacy.block(BOB);
  assert.deepEqual(privacy.blocked.map(({ username }) => username), ["cem", "bob"]);
  await privacy.unblock(3);
  assert.deepEqual([privacy.blocks(2), privacy.blocks(3), privacy.blocks(undefined)], [true, false, false]);
  assert.deepEqual(calls, [[2, true], [3, false]]);
  await assert.rejects(privacy.block({ id: 1, username: "ann" }), /That is you\./);
  assert.deepEqual(await privacy.set(), usual);
  assert.deepEqual(await privacy.set({ receipts: false }), { ...usual, receipts: false });
});

/** @param {import("../page/client/rooms.js").Room[]} listed */
function incoming(listed) {
  const rooms = new Rooms(1);
  for (const one of listed) rooms.take(one);
  /** @type {any[]} */
  const heard = [];
  const run = (/** @type {() => Promise<void>} */ task) => task();
  const note = (/** @type {string} */ what) => (/** @type {any[]} */ ...details) => heard.push([what, ...details]);
  /** @type {any} */
  const means = {
    rooms, cursors: { forget: note("unplace") },
    directory: {
      knows: (/** @type {number} */ user) => user < 9, name: (/** @type {number} */ user) => `user ${user}`,
      title: ({ name = "" }) => name, hasMembers: () => true, removeMember: () => undefined,
      loadMembers: async (/** @type {number} */ id) => heard.push(["members", id]),
    },
    people: { heard: () => undefined },
    history: { of: () => undefined, forget: note("forget") },
    typing: { set: () => undefined }, feed: NO_FEED,
    outgoing: {},
    sync: { refresh: note("refresh"), attempt: run, load: run },
    invitations: {
      load: async () => heard.push(["load"]),
      invited: async (/** @type {number} */ id) => heard.push(["invited", id]),
    },
    onchange: () => undefined,
    notices: new Notices(), changes: NO_CHANGES, revisions: { forget: () => undefined },
    onmessage: () => undefined,
    onnotice: note("notice"),
  };
  return { running: new Incoming(1, means), rooms, heard };
}

test("a room from which the user is removed goes away with its messages, and they learn why", async () => {
  const { running, rooms, heard } = incoming([room(1, { owner: 2 }), room(2, { owner: 2 })]);
  running.hear({ type: "removed", conversation: 1, by: 3, banned: true });
  running.hear({ type: "removed", conversation: 2, by: 9, banned: false });
  running.hear({ type: "removed", conversation: 3, by: 2, banned: false });
  assert.deepEqual(rooms.list(), []);
  assert.deepEqual(heard.filter(([what]) => what === "notice"), [
    ["notice", "user 3 removed you from Room 1. You cannot come back."],
    ["notice", "An admin removed you from Room 2."],
  ]);
  for (const forgets of ["forget", "unplace"]) {
    assert.deepEqual(heard.filter(([what]) => what === forgets), [1, 2, 3].map((id) => [forgets, id]));
  }
});

test("invitations follow their events, and unknown events are ignored", async () => {
  const { running, heard } = incoming([room(1)]);
  running.hear({ type: "invited", conversation: 5, by: 2 });
  running.hear({ type: "joined", conversation: 5, user: 1 });
  running.hear({ type: "from the future", conversation: 1 });
  await settled();
  assert.deepEqual(heard, [["invited", 5], ["refresh"], ["load"]]);
});

test("a join to a large room is counted, and asks for no list of members", async () => {
  const { running, rooms, heard } = incoming([room(1), room(2, { members: [], members_count: 40 })]);
  running.hear({ type: "joined", conversation: 1, user: 8 });
  running.hear({ type: "joined", conversation: 2, user: 8 });
  assert.deepEqual([rooms.get(1)?.members_count, rooms.get(2)?.members_count, heard], [4, 41, [["members", 1]]]);
});
