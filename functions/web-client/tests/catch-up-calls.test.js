// The number of calls with which a client catches up, and what these are.

import assert from "node:assert/strict";
import { test } from "node:test";

import { message, room, settled } from "./message.js";
import { person } from "./person.js";
import { World } from "./world.js";

/** A client that knows rooms with three messages each. @param {number} count @param {{follows?: boolean}} [options] */
async function known(count, options) {
  const world = new World();
  for (let id = 1; id <= count; id += 1) {
    world.begins(id);
    for (const text of ["one", "two", "three"]) world.sends(id, text);
  }
  const user = person(world, options);
  await user.sync.refresh();
  world.calls = [];
  return { world, user };
}

/** @param {ReturnType<typeof person>} user @param {number} id */
const texts = (user, id) => user.history.of(id)?.messages.map(({ text }) => text);

test("waking with 500 rooms and no news is one call, which names them all", async () => {
  const { world, user } = await known(500);
  let named = 0;
  const sync = world.sync.bind(world);
  world.sync = (asked) => {
    named = Object.keys(asked.rooms).length;
    return sync(asked);
  };
  await user.sync.refresh();
  assert.deepEqual([world.calls, named], [["sync"], 500]);
});

test("the news of ten rooms, of which three are loaded, are one call", async () => {
  const { world, user } = await known(10);
  for (const id of [1, 2, 3]) await user.open(id);
  for (let id = 1; id <= 10; id += 1) world.sends(id, "four");
  world.changes(2, 0, "edited");
  world.changes(3, 1, null);
  world.changes(7, 2, null);
  world.calls = [];
  await user.sync.refresh();
  assert.deepEqual(world.calls, ["sync"]);
  assert.deepEqual([1, 2, 3].map((id) => texts(user, id)), [
    ["one", "two", "three", "four"], ["edited", "two", "three", "four"], ["one", "", "three", "four"],
  ]);
  assert.deepEqual(user.rooms.list().map(({ unread }) => unread), Array.from({ length: 10 }, () => 4));
});

test("an answer without place for all rooms is followed by another one", async () => {
  const { world, user } = await known(100);
  for (let id = 1; id <= 100; id += 1) world.sends(id, "four");
  world.most = 32;
  await user.sync.refresh();
  assert.deepEqual(world.calls, ["sync", "sync", "sync", "sync"]);
  assert.ok(user.rooms.list().every(({ unread }) => unread === 4));
});

test("hundreds of missed messages of a chat come by the same call, and its list stays whole", async () => {
  const { world, user } = await known(1);
  await user.open(1);
  for (let number = 4; number <= 124; number += 1) world.sends(1, String(number));
  world.calls = [];
  await user.sync.refresh();
  assert.deepEqual([world.calls, texts(user, 1)?.length], [["sync", "sync", "sync"], 124]);
});

test("of thousands, the newest page of the open chat is listed, and other chats are when they are opened", async () => {
  const { world, user } = await known(3);
  await user.open(1);
  await user.open(2);
  for (let number = 4; number <= 3_000; number += 1) for (const id of [1, 2, 3]) world.sends(id, String(number));
  world.calls = [];
  await user.sync.refresh();
  assert.deepEqual(world.calls, ["sync", "sync", "messages"]);
  assert.deepEqual([texts(user, 1), texts(user, 2)?.length, texts(user, 2)?.at(-1)], [undefined, 50, "3000"]);
  await user.sync.refresh();
  assert.equal(world.calls.length, 4);
});

test("thousands of changes are two calls and a list, and forgotten ones are one call and a list", async () => {
  for (const [forgotten, calls] of [[0, ["sync", "sync", "messages"]], [2_000, ["sync", "messages"]]]) {
    const { world, user } = await known(1);
    await user.open(1);
    for (let number = 0; number < 2_000; number += 1) world.changes(1, 1, String(number));
    world.of(1).forgotten = Number(forgotten);
    world.calls = [];
    await user.sync.refresh();
    assert.deepEqual([world.calls, texts(user, 1)], [calls, ["one", "1999", "three"]]);
  }
});

test("a room that the user has left elsewhere goes, and one that they have just opened stays", async () => {
  const { world, user } = await known(2);
  world.turns(1);
  user.rooms.open(room(9, { type: "direct", members: [1, 2] }));
  await user.sync.refresh();
  assert.deepEqual(user.rooms.list().map(({ id }) => id), [9, 2]);
});

test("a room that the user leaves while the answer is on its way stays away", async () => {
  const { world, user } = await known(2);
  world.sends(1, "four");
  const sync = world.sync.bind(world);
  world.sync = (asked) => {
    const answer = sync(asked);
    user.hear(world.turns(1));
    return answer;
  };
  const refreshing = user.sync.refresh();
  await settled();
  world.sync = sync;
  await refreshing;
  assert.deepEqual(user.rooms.list().map(({ id }) => id), [2]);
});

test("what the user reads while the answer is on its way stays read", async () => {
  const { world, user } = await known(1);
  await user.open(1);
  const sync = world.sync.bind(world);
  world.sync = (asked) => {
    world.sends(1, "four");
    const answer = sync(asked);
    user.hear(message(4, world.of(1).messages[3]));
    user.hear({ ...world.sends(1, "five") });
    user.hear(world.reads(1));
    world.sync = sync;
    return answer;
  };
  await user.sync.refresh();
  await user.sync.refresh();
  assert.deepEqual([user.rooms.unread, texts(user, 1)?.at(-1)], [0, "five"]);
});

test("a program hears each message of all rooms once and in order, by the calls that catch up", async () => {
  const { world, user } = await known(20, { follows: true });
  await settled();
  user.heard.length = 0;
  for (let number = 4; number <= 64; number += 1) for (let id = 1; id <= 20; id += 1) world.sends(id, String(number));
  world.changes(5, 20, null);
  world.calls = [];
  await user.sync.refresh();
  await settled();
  user.hear(world.sends(3, "65"));
  assert.deepEqual(world.calls, ["sync", "sync"]);
  for (let id = 1; id <= 20; id += 1) {
    const heard = user.heard.filter(({ conversation }) => conversation === id).map(({ sequence }) => sequence);
    assert.deepEqual(heard, Array.from({ length: id === 3 ? 62 : 61 }, (_, index) => 4 + index));
  }
});
