import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Directory } from "../page/client/directory.js";
import { Rooms } from "../page/client/rooms.js";
import { message, room, storage } from "./message.js";

const ANN = { token: "t", id: 1, username: "ann" };

/**
 * Ann's directory; `asked` is the list of calls for members.
 * @param {import("../page/client/storage.js").Shelf} kept
 * @param {Record<number, string[]>} members the names of the users 1, 2, … by room; an empty name is nobody
 * @param {import("../page/client/rooms.js").Room[]} listed
 */
function directory(kept, members = {}, listed = []) {
  const rooms = new Rooms(ANN.id);
  for (const one of listed) rooms.take(one);
  /** @type {{room: number, after?: number, limit: number}[]} */
  const asked = [];
  const controller = new AbortController();
  const running = new Directory(ANN, {
    api: {
      members: async (room, range) => {
        asked.push({ room, ...range });
        const { after = 0, limit } = range;
        const all = members[room].map((username, index) =>
          ({ user: index + 1, username, joined_at: "", last_delivered: 1000 + index, last_read: 1000 + index, online: index === 0 }));
        const rest = all.filter(({ user, username }) => user > after && username !== "");
        // A page is cut by id, and in the order of joining.
        return { members: rest.slice(0, limit).reverse(), more: rest.length > limit };
      },
      findUser: async (username) => {
        if (username !== "bob") throw new Failure(404, "user_not_found", "There is no such user.");
        return { id: 2, username };
      },
    },
    rooms, storage: kept, onchange: () => undefined, signal: controller.signal,
  });
  return { running, rooms, asked, controller };
}

/** A room of `count` users, who are called `user 1`, `user 2`, … @param {number} count */
const crowd = (count) => Array.from({ length: count }, (_, index) => `user ${index + 1}`);

test("names that are damaged are not known", () => {
  for (const damaged of ["{", "7", '{"2":"bob"}', '[null,7,["2","bob"],[2,null]]']) {
    const kept = storage();
    kept.setItem("people:1", damaged);
    const { running } = directory(kept);
    assert.deepEqual([running.knows(1), running.knows(2), running.name(2)], [true, false, "User 2"]);
  }
});

test("a direct room is called by its peer, without a call, and the one with oneself is for notes", () => {
  const bob = { id: 2, username: "bob" };
  const direct = room(1, { type: "direct", name: "", members: [1, 2], peer: bob });
  const { running } = directory(storage(), {}, [direct]);
  assert.deepEqual([running.title(direct), running.other(direct), running.isNotes(direct)], ["bob", 2, false]);
  const notes = room(2, { type: "direct", name: "", members: [1], peer: { id: 1, username: "ann" } });
  assert.deepEqual([running.title(notes), running.other(notes), running.isNotes(notes)], ["Notes", undefined, true]);
});

test("an older chat of two is called by the other person, once known, and a group by its own name", async () => {
  const chat = room(1, { type: "chat", members: [1, 2] });
  const { running } = directory(storage(), { 1: ["ann", "bob"] }, [chat]);
  assert.equal(running.title(chat), "Room 1");
  await running.loadMembers(1);
  assert.deepEqual([running.title(chat), running.other(chat)], ["bob", 2]);
  const group = room(2, { members: [1, 2] });
  assert.deepEqual([running.title(group), running.other(group)], ["Room 2", undefined]);
});

test("names outlive a reload, and are forgotten with the session", async () => {
  const kept = storage();
  const { running } = directory(kept);
  assert.deepEqual([running.name(1), running.name(2)], ["ann", "User 2"]);
  await running.find("bob");
  assert.equal(directory(kept).running.name(2), "bob");
  running.forget();
  assert.equal(directory(kept).running.name(2), "User 2");
});

test("only rooms that show an unknown name are asked for it", async () => {
  const members = { 1: ["ann", "bob"], 2: ["ann", "bob", "cem"], 3: ["ann", "bob"], 4: ["ann", "bob"] };
  const { running, asked } = directory(storage(), members, [
    room(1, { type: "chat", members: [1, 2] }),
    room(2, { last_message: message(1, { sender: 3 }) }),
    room(3, { last_message: message(2, { sender: 2 }) }),
    room(4, { last_message: message(3, { sender: 9 }) }),
  ]);
  await Promise.all([running.learnNames(), running.learnNames()]);
  assert.deepEqual([asked.map((call) => call.room), running.name(3)], [[3, 2], "cem"]);
});

test("the peers of direct rooms need no call", async () => {
  const peer = { id: 2, username: "bob" };
  const { running, asked } = directory(storage(), {}, [room(1, { type: "direct", members: [1, 2], peer })]);
  await running.learnNames();
  assert.deepEqual([asked, running.name(2)], [[], "bob"]);
});

test("nothing is asked after the end", async () => {
  const { running, asked, controller } = directory(storage(), {}, [room(1, { type: "chat", members: [1, 2] })]);
  controller.abort();
  await running.learnNames();
  assert.deepEqual(asked, []);
});

test("members bring their marks of what they have read, and go when they leave", async () => {
  const { running, rooms } = directory(storage(), { 1: ["ann", "bob"] }, [room(1)]);
  assert.equal(running.hasMembers(1), false);
  await running.loadMembers(1);
  assert.equal(rooms.receipt(message(1, { sender: 1, receivers: [2] })), "read");
  running.removeMember(1, 2);
  assert.deepEqual(running.members(1).map(({ username }) => username), ["ann"]);
});

test("many newcomers at once are fetched together", async () => {
  const { running, asked } = directory(storage(), { 1: ["ann", "bob"] }, [room(1)]);
  await Promise.all(Array.from({ length: 20 }, () => running.loadMembers(1)));
  assert.equal(asked.length, 2);
  await running.loadMembers(1);
  assert.equal(asked.length, 3);
});

test("the members of a large room come in pages, and none is counted twice", async () => {
  const large = room(1, { members: [], members_count: 250 });
  const { running, rooms, asked } = directory(storage(), { 1: crowd(250) }, [large]);
  await running.loadMembers(1);
  assert.deepEqual([running.members(1).length, running.hasMoreMembers(1)], [100, true]);
  await running.loadMoreMembers(1);
  await running.loadMoreMembers(1);
  await running.loadMoreMembers(1);
  assert.deepEqual([new Set(running.members(1).map(({ user }) => user)).size, running.hasMoreMembers(1)], [250, false]);
  assert.deepEqual(asked.map(({ after }) => after), [undefined, 100, 200]);
  await running.loadMembers(1);
  assert.deepEqual([running.members(1).length, rooms.get(1)?.members_count], [250, 250]);
});

test("unknown senders of a large room are looked for by their ids, each once", async () => {
  const members = crowd(250);
  members[149] = "";
  const { running, asked } = directory(storage(), { 1: members }, [room(1, { members: [], members_count: 249 })]);
  await running.learn(1, [200]);
  assert.deepEqual(asked, [{ room: 1, after: 199, limit: 1 }]);
  await running.learn(1, [200, 150, 3, 240, 150, 1]);
  await running.learn(1, [150, 240]);
  assert.deepEqual(asked.slice(1), [{ room: 1, after: 2, limit: 100 }, { room: 1, after: 149, limit: 100 }]);
  const names = [3, 150, 200, 240].map((user) => running.name(user));
  assert.deepEqual(names, ["user 3", "User 150", "user 200", "user 240"]);
});

test("a name that nobody has is named in the failure", async () => {
  await assert.rejects(directory(storage()).running.find("bobb"), /Nobody is called bobb\./);
});

test("a call that is answered after a logout leaves no names behind", async () => {
  const kept = storage();
  const { running, controller } = directory(kept);
  const finding = running.find("bob");
  controller.abort();
  running.forget();
  await finding;
  assert.equal(kept.getItem("people:1"), null);
});

test("the names of ten thousand users are kept, with one's own", async () => {
  const kept = storage();
  const large = room(1, { members: [], members_count: 10_200 });
  const { running } = directory(kept, { 1: crowd(10_200) }, [large]);
  await running.loadMembers(1);
  while (running.hasMoreMembers(1)) await running.loadMoreMembers(1);
  assert.equal(JSON.parse(kept.getItem("people:1") ?? "[]").length, 10_000);
  assert.deepEqual([1, 2, 10_200].map((user) => running.knows(user)), [true, false, true]);
});
