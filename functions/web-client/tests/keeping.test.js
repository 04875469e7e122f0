import assert from "node:assert/strict";
import { test } from "node:test";

import { isOlder } from "../page/client/kept.js";
import { settled } from "./message.js";
import { Database, person } from "./person.js";
import { World } from "./world.js";

/** A room with messages, and a client that has opened it and stored all. @param {number} [count] */
async function stored(count = 3) {
  const world = new World();
  world.begins(1);
  for (let number = 1; number <= count; number += 1) world.sends(1, `text ${number}`);
  const kept = new Database();
  const user = person(world, { kept });
  await user.sync.refresh();
  await user.open(1);
  await user.keeping.flush();
  return { world, kept, user };
}

/** Another start of the client, without a call. @param {World} world @param {Database} kept */
async function again(world, kept) {
  const user = person(world, { kept });
  return { user, isThere: await user.restored };
}

/** @param {ReturnType<typeof person>} user */
const texts = (user) => user.history.of(1)?.messages.map(({ text }) => text);

test("chats that were read are there without a call, and the first call asks for the news alone", async () => {
  const { world, kept, user } = await stored();
  user.close();
  world.calls = [];
  const { user: next, isThere } = await again(world, kept);
  assert.deepEqual([isThere, texts(next), next.rooms.get(1)?.unread], [true, ["text 1", "text 2", "text 3"], 3]);
  await next.open(1);
  assert.deepEqual(world.calls, []);
  world.sends(1, "text 4");
  await next.sync.refresh();
  assert.deepEqual([world.calls, texts(next)?.at(-1)], [["sync"], "text 4"]);
});

test("of a long chat the newest hundred messages are kept, and older ones are listed again", async () => {
  const { world, kept, user } = await stored(49);
  for (let number = 50; number <= 180; number += 1) user.hear(world.sends(1, `text ${number}`));
  await settled();
  await user.keeping.flush();
  const { user: next } = await again(world, kept);
  assert.deepEqual([texts(next)?.length, texts(next)?.[0], next.history.of(1)?.hasOlder], [100, "text 81", true]);
  await next.history.loadOlder(1);
  assert.equal(texts(next)?.[0], "text 31");
});

test("what has not changed is not stored again, neither later nor after the next start", async () => {
  const { world, kept, user } = await stored();
  const writes = kept.writes;
  await user.keeping.flush();
  const { user: next } = await again(world, kept);
  await next.sync.refresh();
  await next.keeping.flush();
  assert.equal(kept.writes, writes);
});

test("a deleted message leaves the storage with the call that reports it, also if its chat is not loaded", async () => {
  for (const change of [(/** @type {World} */ world) => world.changes(1, 1, null), (/** @type {World} */ world) => world.hides(1, 1)]) {
    for (const isLoaded of [true, false]) {
      const { world, kept, user } = await stored();
      if (!isLoaded) user.history.forget(1);
      const event = change(world);
      if (isLoaded) await user.sync.refresh();
      else user.hear(event);
      await settled();
      await user.keeping.flush();
      assert.ok(!JSON.stringify([...kept.rooms, ...kept.messages]).includes("text 2"));
    }
  }
});

test("a cleared chat and a room that is left leave the storage", async () => {
  const cleared = await stored();
  cleared.world.clears(1);
  await cleared.user.sync.refresh();
  await cleared.user.keeping.flush();
  assert.ok(!JSON.stringify([...cleared.kept.rooms, ...cleared.kept.messages]).includes("text"));
  const left = await stored();
  left.world.turns(1);
  await left.user.sync.refresh();
  await left.user.keeping.flush();
  assert.deepEqual([left.kept.rooms.size, left.kept.messages.size], [0, 0]);
});

test("the end of the session removes everything, and nothing is stored after it", async () => {
  const { world, kept, user } = await stored();
  await user.keeping.forget();
  world.sends(1, "later");
  await user.sync.refresh();
  await user.keeping.flush();
  assert.deepEqual([kept.owner, kept.rooms.size, kept.messages.size], [null, 0, 0]);
});

test("another session finds nothing, and what an earlier one writes is refused", async () => {
  const { world, kept, user } = await stored();
  assert.deepEqual(await kept.take("of another account"), { rooms: [], messages: [] });
  user.hear(world.sends(1, "later"));
  await settled();
  await user.keeping.flush();
  assert.deepEqual([kept.rooms.size, kept.messages.size], [0, 0]);
});

test("a storage without space is emptied, and the client goes on", async () => {
  const { world, kept, user } = await stored();
  kept.isFull = true;
  user.hear(world.sends(1, "more"));
  await settled();
  await user.keeping.flush();
  assert.deepEqual([kept.rooms.size, kept.messages.size, texts(user)?.at(-1)], [0, 0, "more"]);
});

test("a storage that is denied, or that never answers, is none", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const world = new World();
  world.begins(1);
  const denied = new Database();
  const hanging = new Database();
  denied.take = denied.write = denied.clear = async () => { throw new DOMException("", "InvalidStateError"); };
  hanging.take = () => new Promise(() => undefined);
  for (const kept of [denied, hanging]) {
    const user = person(world, { kept });
    const refreshing = user.sync.refresh();
    await settled();
    context.mock.timers.tick(2_000);
    await refreshing;
    await user.keeping.flush();
    assert.deepEqual([await user.restored, user.rooms.list().length], [false, 1]);
  }
});

test("a damaged storage is emptied", async () => {
  /** @type {((kept: Database) => void)[]} */
  const damages = [
    (kept) => kept.rooms.set(2, null), (kept) => kept.rooms.set(2, "room"),
    (kept) => { kept.rooms.get(1).room.members = 7; }, (kept) => { delete kept.rooms.get(1).place.last; },
    (kept) => { kept.rooms.get(1).room.last_message = {}; }, (kept) => { kept.rooms.get(1).marks = [null]; },
    (kept) => { kept.rooms.get(1).id = 9; },
    (kept) => { kept.messages.get(1).kept.messages[0].text = undefined; },
    (kept) => { kept.messages.get(1).version = undefined; }, (kept) => { kept.messages.get(1).kept.settled = 5; },
  ];
  for (const damage of damages) {
    const { world, kept, user } = await stored();
    user.close();
    damage(kept);
    const { user: next, isThere } = await again(world, kept);
    assert.deepEqual([isThere, next.rooms.list(), kept.rooms.size, kept.messages.size], [false, [], 0, 0]);
    await next.sync.refresh();
    await next.keeping.flush();
    assert.equal(kept.rooms.size, 1);
  }
});

test("messages without their room, or of an earlier stay, are removed", async () => {
  const { world, kept, user } = await stored();
  user.close();
  kept.rooms.get(1).place.membership = 2;
  const { user: next } = await again(world, kept);
  assert.equal(texts(next), undefined);
  await next.keeping.flush();
  assert.equal(kept.messages.size, 0);
});

test("an older state does not replace a newer one, whose tab was faster", () => {
  const usual = { membership: 3, cleared: "", change: 4, last: 5 };
  const later = [{ change: 5 }, { last: 6 }, { membership: 4, last: 0 }, { cleared: "2026", change: 0, last: 0 }];
  for (const difference of later) {
    assert.deepEqual([isOlder(usual, { ...usual, ...difference }), isOlder({ ...usual, ...difference }, usual)], [true, false]);
  }
  assert.equal(isOlder(usual, usual), false);
});
