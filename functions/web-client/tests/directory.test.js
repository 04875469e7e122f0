import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/call.js";
import { Directory } from "../page/directory.js";
import { Rooms } from "../page/rooms.js";
import { message, room, storage } from "./message.js";

const ANN = { token: "t", id: 1, username: "ann" };

/**
 * Ann's directory; `asked` is the list of calls for members.
 * @param {Storage} kept
 * @param {Record<number, string[]>} members the names of the users 1, 2, … by room
 * @param {import("../page/rooms.js").Room[]} listed
 */
function directory(kept, members = {}, listed = []) {
  const rooms = new Rooms(ANN.id);
  rooms.replace(listed);
  /** @type {number[]} */
  const asked = [];
  const controller = new AbortController();
  const running = new Directory(ANN, {
    api: {
      members: async (id) => {
        asked.push(id);
        return members[id].map((username, index) =>
          ({ user: index + 1, username, joined_at: "", last_read: 1000 + index, online: index === 0 }));
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

test("a chat of two is called by the other person, once they have a name, and a group by its own name", async () => {
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

test("only rooms that show an unknown name are asked for their members", async () => {
  const members = { 1: ["ann", "bob"], 2: ["ann", "bob", "cem"], 3: ["ann", "bob"] };
  const { running, asked } = directory(storage(), members, [
    room(1, { type: "chat", members: [1, 2] }),
    room(2, { last_message: message(1, { sender: 3 }) }),
    room(3, { last_message: message(2, { sender: 2 }) }),
  ]);
  await Promise.all([running.learnNames(), running.learnNames()]);
  assert.deepEqual([asked, running.name(3)], [[3, 2], "cem"]);
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
  assert.equal(rooms.isReadByAll(message(1, { sender: 1, receivers: [2] })), true);
  running.removeMember(1, 2);
  assert.deepEqual(running.members(1).map(({ username }) => username), ["ann"]);
});

test("a name that nobody has is named in the failure", async () => {
  await assert.rejects(directory(storage()).running.find("bobb"), /Nobody is called bobb\./);
});
