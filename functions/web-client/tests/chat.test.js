import assert from "node:assert/strict";
import { test } from "node:test";

import { Chat } from "../page/client/chat.js";
import { storage } from "./message.js";
import { Database } from "./person.js";
import { answered, server } from "./server.js";

/**
 * A user who has stored a room and its messages, and has an unsent message.
 * @param {import("node:test").TestContext} context
 */
async function user(context) {
  const running = server(context);
  const { world, answers, connects } = running;
  world.begins(1);
  world.sends(1, "hello");
  answers.set("/send-message", () => new Promise(() => undefined));
  const bob = { user: 2, username: "bob", last_delivered: null, last_read: null, online: null };
  answers.set("/list-members/1", () => [bob]);
  const [database, kept] = [new Database(), storage()];
  const chat = new Chat({ token: "token", id: 1, username: "ann" }, { socket: "", storage: kept, database });
  context.after(() => chat.close());
  connects();
  await answered();
  chat.look(1);
  await answered();
  chat.outgoing.send(1, "not sent");
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.deepEqual([database.rooms.size, database.messages.size], [1, 1]);
  assert.deepEqual([kept.keys("outbox:1:").length, kept.keys("people:")], [1, ["people:1"]]);
  return { chat, database, kept, ...running };
}

test("a logout has removed everything before its call, which may have no answer, or fail", async (context) => {
  const { chat, database, kept, answers } = await user(context);
  /** @type {(cause: Error) => void} */
  let fail = () => undefined;
  /** @type {unknown[]} */
  const left = [];
  answers.set("/auth/logout", () => {
    left.push(database.owner, database.rooms.size, database.messages.size, kept.keys(""));
    return new Promise((_, reject) => { fail = reject; });
  });
  let ended = 0;
  chat.addEventListener("end", () => { ended += 1; });
  void chat.logOut();
  await answered();
  assert.deepEqual([left, ended], [[null, 0, 0, []], 0]);
  fail(new Error("offline"));
  await answered();
  assert.deepEqual([ended, kept.keys("")], [1, []]);
});

test("a session that has expired leaves what is not sent to the next one, and nothing else", async (context) => {
  const { chat, database, kept, refuses } = await user(context);
  let ended = 0;
  chat.addEventListener("end", () => { ended += 1; });
  refuses(401, "unauthenticated");
  await chat.loadMoreMembers(2);
  await answered();
  assert.deepEqual([ended, database.owner, database.rooms.size, database.messages.size], [1, null, 0, 0]);
  const left = kept.keys("").map((key) => JSON.parse(kept.getItem(key) ?? "").text);
  assert.deepEqual(left, ["not sent"]);
});
