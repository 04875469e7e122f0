import assert from "node:assert/strict";
import { test } from "node:test";

import { isOlder } from "../page/client/chat-database.js";
import { settled } from "./message.js";
import { Database, person } from "./person.js";
import { World } from "./world.js";

/** A room with messages, and a client that has opened it and stored all. @param {number} [count] */
async function stored(count = 3) {
  const world = new World();
  world.begins(1);
  for (let number = 1; number <= count; number += 1) world.sends(1, `text ${number}`);
  const database = new Database();
  const user = person(world, { database });
  await user.sync.refresh();
  await user.open(1);
  await user.persistence.flush();
  return { world, database, user };
}

/** Another start of the client, without a call. @param {World} world @param {Database} database */
async function again(world, database) {
  const user = person(world, { database });
  return { user, isThere: await user.restored };
}

/** @param {ReturnType<typeof person>} user */
const texts = (user) => user.history.of(1)?.messages.map(({ text }) => text);

test("chats that were read are there without a call, and the first call asks for the news alone", async () => {
  const { world, database, user } = await stored();
  user.close();
  world.calls = [];
  const { user: next, isThere } = await again(world, database);
  assert.deepEqual([isThere, texts(next), next.rooms.get(1)?.unread], [true, ["text 1", "text 2", "text 3"], 3]);
  await next.open(1);
  assert.deepEqual(world.calls, []);
  world.sends(1, "text 4");
  await next.sync.refresh();
  assert.deepEqual([world.calls, texts(next)?.at(-1)], [["sync"], "text 4"]);
});

test("of a long chat the newest hundred messages are stored, and older ones are listed again", async () => {
  const { world, database, user } = await stored(49);
  for (let number = 50; number <= 180; number += 1) user.hear(world.sends(1, `text ${number}`));
  await settled();
  await user.persistence.flush();
  const { user: next } = await again(world, database);
  assert.deepEqual([texts(next)?.length, texts(next)?.[0], next.history.of(1)?.hasOlder], [100, "text 81", true]);
  await next.history.loadOlder(1);
  assert.equal(texts(next)?.[0], "text 31");
});

test("what has not changed is not stored again, neither later nor after the next start", async () => {
  const { world, database, user } = await stored();
  const writes = database.writes;
  await user.persistence.flush();
  const { user: next } = await again(world, database);
  await next.sync.refresh();
  await next.persistence.flush();
  assert.equal(database.writes, writes);
});

test("a deleted message leaves the storage with the call that reports it, also if its chat is not loaded", async () => {
  for (const change of [(/** @type {World} */ world) => world.changes(1, 1, null), (/** @type {World} */ world) => world.hides(1, 1)]) {
    for (const isLoaded of [true, false]) {
      const { world, database, user } = await stored();
      if (!isLoaded) user.history.forget(1);
      const event = change(world);
      if (isLoaded) await user.sync.refresh();
      else user.hear(event);
      await settled();
      await user.persistence.flush();
      assert.ok(!JSON.stringify([...database.rooms, ...database.messages]).includes("text 2"));
    }
  }
});

test("a cleared chat and a room that is left leave the storage", async () => {
  const cleared = await stored();
  cleared.world.clears(1);
  await cleared.user.sync.refresh();
  await cleared.user.persistence.flush();
  assert.ok(!JSON.stringify([...cleared.database.rooms, ...cleared.database.messages]).includes("text"));
  const left = await stored();
  left.world.turns(1);
  await left.user.sync.refresh();
  await left.user.persistence.flush();
  assert.deepEqual([left.database.rooms.size, left.database.messages.size], [0, 0]);
});

test("the end of the session removes everything, and nothing is stored after it", async () => {
  const { world, database, user } = await stored();
  await user.persistence.forget();
  world.sends(1, "later");
  await user.sync.refresh();
  await user.persistence.flush();
  assert.deepEqual([database.owner, database.rooms.size, database.messages.size], [null, 0, 0]);
});

test("another session finds nothing, and what an earlier one writes is refused", async () => {
  const { world, database, user } = await stored();
  assert.deepEqual(await database.take("of another account"), { rooms: [], messages: [] });
  user.hear(world.sends(1, "later"));
  await settled();
  await user.persistence.flush();
  assert.deepEqual([database.rooms.size, database.messages.size], [0, 0]);
});

test("the end of a session leaves the chats that another session has stored meanwhile", async () => {
  const { database, user } = await stored();
  await database.take("of another account");
  const entry = { id: 1, version: { membership: 1, cleared: "", change: 0, last: 0 } };
  await database.write("of another account", { rooms: [entry], messages: [], gone: [], unread: [] });
  await user.persistence.forget();
  assert.deepEqual([database.owner, database.rooms.size], ["of another account", 1]);
});

test("a storage without space is emptied, and the client goes on", async () => {
  const { world, database, user } = await stored();
  database.isFull = true;
  user.hear(world.sends(1, "more"));
  await settled();
  await user.persistence.flush();
  assert.deepEqual([database.rooms.size, database.messages.size, texts(user)?.at(-1)], [0, 0, "more"]);
});

test("a storage that is denied, or that never answers, is none", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  world.begins(1);
  const denied = new Database();
  const hanging = new Database();
  denied.take = denied.write = denied.clear = async () => { throw new DOMException("", "InvalidStateError"); };
  hanging.take = () => new Promise(() => undefined);
  for (const database of [denied, hanging]) {
    const user = person(world, { database });
    const refreshing = user.sync.refresh();
    await settled();
    context.mock.timers.tick(2_000);
    await refreshing;
    await user.persistence.flush();
    assert.deepEqual([await user.restored, user.rooms.list().length], [false, 1]);
  }
});

test("a damaged storage is emptied", async () => {
  /** @type {((database: Database) => void)[]} */
  const damages = [
    (database) => database.rooms.set(2, null), (database) => database.rooms.set(2, "room"),
    (database) => { database.rooms.get(1).room.members = 7; }, (database) => { delete database.rooms.get(1).cursor.last; },
    (database) => { database.rooms.get(1).room.last_message = {}; }, (database) => { database.rooms.get(1).marks = [null]; },
    (database) => { database.rooms.get(1).id = 9; },
    (database) => { database.messages.get(1).kept.messages[0].text = undefined; },
    (database) => { database.messages.get(1).version = undefined; }, (database) => { database.messages.get(1).kept.settled = 5; },
  ];
  for (const damage of damages) {
    const { world, database, user } = await stored();
    user.close();
    damage(database);
    const { user: next, isThere } = await again(world, database);
    assert.deepEqual([isThere, next.rooms.list(), database.rooms.size, database.messages.size], [false, [], 0, 0]);
    await next.sync.refresh();
    await next.persistence.flush();
    assert.equal(database.rooms.size, 1);
  }
});

test("messages without their room, or of an earlier stay, are removed", async () => {
  const { world, database, user } = await stored();
  user.close();
  database.rooms.get(1).cursor.membership = 2;
  const { user: next } = await again(world, database);
  assert.equal(texts(next), undefined);
  await next.persistence.flush();
  assert.equal(database.messages.size, 0);
});

test("an older state does not replace a newer one, whose tab was faster", () => {
  const usual = { membership: 3, cleared: "", change: 4, last: 5 };
  const later = [{ change: 5 }, { last: 6 }, { membership: 4, last: 0 }, { cleared: "2026", change: 0, last: 0 }];
  for (const difference of later) {
    assert.deepEqual([isOlder(usual, { ...usual, ...difference }), isOlder({ ...usual, ...difference }, usual)], [true, false]);
  }
  assert.equal(isOlder(usual, usual), false);
});
