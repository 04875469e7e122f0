import assert from "node:assert/strict";
import { test } from "node:test";

import { Database, person } from "./person.js";
import { settled } from "./message.js";
import { World } from "./world.js";

/** Numbers from 0 to 1 that a seed decides. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/**
 * A life of user 1 with four rooms: messages, changes, readings and memberships come in a random order, and so do their
 * events and the answers of calls, of which some are lost.
 * @param {import("node:test").TestContext} context
 * @param {number} seed
 */
async function life(context, seed) {
  const random = numbers(seed);
  const below = (/** @type {number} */ end) => Math.floor(random() * end);
  const world = new World();
  const database = new Database();
  /** Answers and events on their way. @type {{room: number, come: () => void}[]} */
  let coming = [];
  let isCut = false;
  const deliver = async (/** @type {() => any} */ answer) => {
    const early = random() < 0.5 ? { value: answer() } : undefined;
    await new Promise((resolve) => coming.push({ room: 0, come: () => resolve(undefined) }));
    return early ? early.value : answer();
  };
  let user = person(world, { database, deliver });
  const push = (/** @type {any} */ event) => {
    const receiver = user;
    if (isCut || random() < 0.1) return;
    for (let times = random() < 0.1 ? 2 : 1; times > 0; times -= 1) {
      coming.push({ room: event.conversation, come: () => receiver === user && user.hear(event) });
    }
  };
  const comes = async () => {
    // In a random order, but mostly in theirs.
    const [next] = coming.splice(random() < 0.7 ? 0 : below(coming.length), 1);
    next?.come();
    await settled();
  };
  const drain = async () => {
    for (let quiet = 0; quiet < 8; quiet += 1) {
      for (; coming.length > 0; quiet = 0) await comes();
      context.mock.timers.tick(4_000);
      await settled();
    }
  };
  const comesBack = () => {
    isCut = false;
    void user.sync.refresh();
  };
  /** @param {number} id */
  const withMessage = (id) => (world.rooms.has(id) && world.of(id).visible().length > 0
    ? world.of(id).messages.indexOf(world.of(id).visible()[below(world.of(id).visible().length)]) : -1);
  for (let step = 0; step < 120; step += 1) {
    const id = 1 + below(4);
    const isMember = world.rooms.has(id);
    const which = withMessage(id);
    const about = (/** @type {boolean} */ holds, /** @type {() => any} */ event) => { if (holds) push(event()); };
    const drop = () => { coming = coming.filter(({ room }) => room !== id); };
    const chance = below(20);
    if (chance < 7) about(isMember, () => world.sends(id, `secret ${step}`, chance === 0 ? 1 : 2));
    else if (chance === 7) for (let count = below(130); count > 0 && isMember; count -= 1) push(world.sends(id, "many"));
    else if (chance === 8) about(which >= 0, () => world.changes(id, which, `edited ${step}`));
    else if (chance === 9) about(which >= 0, () => world.changes(id, which, null));
    else if (chance === 10) about(which >= 0, () => world.hides(id, which));
    else if (chance === 11) about(isMember, () => world.reads(id));
    else if (chance === 12 && random() < 0.5) about(isMember, () => world.pins(id));
    else if (chance === 12 && which >= 0) {
      drop();
      push(world.clears(id));
    } else if (chance === 13) {
      drop();
      if (!isMember && !world.left.has(id)) world.begins(id);
      else push(world.turns(id));
    } else if (chance === 14) void user.open(id);
    else if (chance === 15) void user.sync.refresh();
    else if (chance === 16) isCut = true;
    else if (chance === 17) comesBack();
    else if (chance === 18 && isMember) world.of(id).forgotten = world.of(id).log.length;
    else if (chance === 19) {
      user.close();
      user = person(world, { database, deliver });
      comesBack();
    }
    await comes();
    if (random() < 0.2) context.mock.timers.tick(700);
    await settled();
  }
  await drain();
  comesBack();
  await drain();
  return { world, user, database, drain };
}

/** What a client shows of its rooms, or would show. @param {import("../page/client/rooms.js").Room} room */
const shown = ({ id, unread, first_unread, last_message, cleared_at, pinned }) =>
  ({ id, unread, first_unread, last: last_message?.id, text: last_message?.text, cleared_at, pinned });
/** @param {import("../page/client/timeline.js").Message[]} messages @returns {[number, string][]} */
const texts = (messages) => messages.map(({ id, text }) => [id, text]);

for (let part = 0; part < 5; part += 1) {
  test(`whatever happens on the way, a client that has caught up has what the server has: ${part}`, async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_000_000 });
    for (let seed = part * 12; seed < part * 12 + 12; seed += 1) {
      const { world, user, database, drain } = await life(context, seed);
      const stored = [...world.rooms.values()];
      const rooms = stored.map((one) => shown(one.summary()));
      const ordered = user.rooms.list().map(shown).sort((one, other) => one.id - other.id);
      assert.deepEqual(ordered, rooms.sort((one, other) => one.id - other.id), `seed ${seed}`);
      for (const one of [...stored, ...world.left.values()]) {
        const timeline = user.history.of(one.id);
        if (!timeline) continue;
        const first = timeline.hasOlder ? timeline.messages[0].id : 0;
        const expected = world.rooms.has(one.id) ? one.visible().filter(({ id }) => id >= first) : [];
        assert.deepEqual(texts(timeline.messages), texts(expected), `seed ${seed}, room ${one.id}`);
      }
      // Nothing is stored that the user cannot see any more.
      await user.persistence.flush();
      for (const [id, { kept: { messages } }] of database.messages) {
        const visible = new Map(world.rooms.has(id) ? texts(world.of(id).visible()) : []);
        for (const { id: message, text } of messages) assert.equal(visible.get(message), text, `seed ${seed}, room ${id}`);
      }
      assert.deepEqual([...database.rooms.keys()].sort(), rooms.map(({ id }) => id), `seed ${seed}`);
      // The next call has no news.
      world.calls = [];
      void user.sync.refresh();
      await drain();
      assert.deepEqual(world.calls, ["sync"], `seed ${seed}`);
      user.close();
    }
  });
}
