import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";

import { Client, Failure, signIn } from "chat-client";

import { SERVER, account, client, line, socketOf, until } from "./place.js";

/** @param {Promise<unknown>} outcome */
const problem = (outcome) => outcome.then(() => null, (failure) => {
  assert.ok(failure instanceof Failure);
  assert.notEqual(failure.message, "");
  return [failure.status, failure.code];
});

test("refused calls reject with the reason", async (context) => {
  const ann = await client(await account("ann"));
  context.after(() => ann.close());
  const notes = await ann.openDirect((await account("bob")).username);
  assert.deepEqual(await problem(ann.send(999_999, "hello")), [404, "room_not_found"]);
  assert.deepEqual(await problem(ann.send(notes, "x".repeat(5_000))), [400, "invalid_request"]);
  assert.equal((await problem(ann.send(notes, "x".repeat(200_000))))?.[0], 413);
  assert.deepEqual(await problem(ann.open(999_999)), [404, "room_not_found"]);
  assert.deepEqual(await problem(ann.openDirect("nobody at all")), [404, "user_not_found"]);
  assert.equal((await ann.send(notes, "still works")).text, "still works");
  const stranger = { server: SERVER, socket: socketOf(SERVER), username: "nobody", password: "wrong password" };
  assert.deepEqual(await problem(signIn(stranger)), [401, "invalid_credentials"]);
});

test("a room is open from its newest messages to its changes", async (context) => {
  const [ann, name] = [await client(await account("ann")), await account("bob")];
  const bob = await client(name);
  context.after(() => [ann, bob].forEach((one) => one.close()));
  const room = await ann.openDirect(name.username);
  /** @type {import("chat-client").Message[]} */
  const sent = [];
  for (let index = 0; index < 60; index += 1) sent.push(await ann.send(room, String(index)));
  assert.deepEqual((await bob.open(room)).map(({ text }) => text), sent.slice(10).map(({ text }) => text));
  assert.equal(await bob.loadOlder(room), false);
  await ann.edit(sent[59], "changed");
  await ann.delete(sent[0]);
  await ann.react(sent[58], "👍");
  const last = () => bob.messages(room);
  await until(() => last().at(-1)?.text === "changed" && last()[0].deleted_at !== null, "the changes come");
  await until(() => last().at(-2)?.reactions?.[0]?.emoji === "👍", "the reaction comes");
  assert.deepEqual(await bob.reactions(sent[58]), [{ user: ann.id, emoji: "👍" }]);
  /** @type {number[]} */
  const marks = [];
  ann.addEventListener("read", ({ detail }) => marks.push(detail.last_read));
  await bob.read(sent[59]);
  await until(() => marks.includes(sent[59].id), "the mark comes");
  const [{ message: copy }] = await bob.forward(sent[59], [await bob.openDirect(name.username)]);
  assert.equal(copy?.text, "changed");
  bob.typing(room);
  await new Promise((resolve) => ann.addEventListener("typing", resolve, { once: true }));
});

test("the end of the session, here or elsewhere, is an event, and every later call rejects", async () => {
  const name = await account("ann");
  const one = await client(name);
  const other = new Client({ server: SERVER, socket: socketOf(SERVER), session: one.session });
  await other.ready;
  const ended = new Promise((resolve) => other.addEventListener("end", resolve));
  await one.signOut();
  await ended;
  assert.deepEqual(await problem(other.send(1, "hello")), [0, "closed"]);
  assert.deepEqual(await problem(other.open(1)), [0, "closed"]);
  assert.deepEqual(await problem(new Client({ server: SERVER, socket: socketOf(SERVER), session: one.session }).ready),
    [0, "closed"]);
});

test("a message that is not sent at the end is sent by the next program with the same storage", async (context) => {
  const [name, away] = [await account("ann"), await line()];
  context.after(() => away.end());
  /** @type {Map<string, string>} */
  const items = new Map();
  const storage = {
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void items.set(key, value),
    removeItem: (/** @type {string} */ key) => void items.delete(key),
    key: (/** @type {number} */ index) => [...items.keys()][index] ?? null,
    get length() {
      return items.size;
    },
  };
  const first = await client(name, { server: away.server, storage });
  const notes = await first.openDirect(name.username);
  away.set(true);
  const outcomes = [problem(first.send(notes, "later")), problem(first.send(999_999, "never"))];
  first.close();
  assert.deepEqual(await Promise.all(outcomes), [[0, "closed"], [0, "closed"]]);
  assert.ok([...items.keys()].every((key) => key.startsWith(`chat ${away.server} `)), [...items.keys()].join());
  // Another server has another outbox.
  const elsewhere = await client(name, { storage });
  assert.deepEqual(await elsewhere.open(notes), []);
  elsewhere.close();
  away.set(false);
  const second = await client(name, { server: away.server, storage });
  context.after(() => second.close());
  /** @type {string[]} */
  const refused = [];
  second.addEventListener("refused", ({ detail: { unsent, failure } }) => refused.push(unsent.text, failure.code));
  await second.open(notes);
  await until(() => second.messages(notes).length === 1, "the message is sent");
  await until(() => refused.length > 0, "the other one is refused");
  assert.deepEqual(refused, ["never", "room_not_found"]);
  assert.deepEqual([...items.keys()].filter((key) => key.includes("outbox")), []);
});

test("a program ends after close, although no call is answered", async (context) => {
  const away = await line();
  const name = await account("ann");
  const program = spawn(process.execPath, ["--input-type=module", "--eval", `
    import { signIn } from "chat-client";
    const { SERVER: server, SOCKET: socket, NAME: username, PASSWORD: password } = process.env;
    const client = await signIn({ server, socket, username, password });
    await client.ready;
    const notes = await client.openDirect(username);
    client.typing(notes);
    process.stdout.write("silence");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    process.stdin.destroy();
    const outcomes = [client.send(notes, "one"), client.open(notes), client.join(999999), client.send(999999, "two")];
    setTimeout(() => client.close(), 200);
    const codes = (await Promise.allSettled(outcomes)).map(({ reason }) => reason.code);
    process.stdout.write(codes.join());
  `], {
    env: {
      ...process.env, SERVER: away.server, SOCKET: socketOf(away.server), NAME: name.username, PASSWORD: name.password,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  context.after(() => {
    program.kill("SIGKILL");
    away.end();
  });
  let said = "";
  program.stdout.on("data", (data) => { said += data; });
  await until(() => said === "silence", "the program is ready");
  away.hush();
  const asked = Date.now();
  program.stdin.write("go");
  const [code] = await once(program, "exit");
  assert.deepEqual([said, code], ["silenceclosed,closed,closed,closed", 0]);
  assert.ok(Date.now() - asked < 5_000, `it took ${Date.now() - asked} ms`);
});

test("the bot of the README answers, and ends when it is asked", async (context) => {
  const name = await account("bot");
  const bot = spawn(process.execPath, ["bot.mjs"], {
    stdio: "inherit",
    env: { ...process.env, SERVER, SOCKET: socketOf(SERVER), NAME: name.username, PASSWORD: name.password },
  });
  context.after(() => bot.kill("SIGKILL"));
  const ann = await client(await account("ann"));
  context.after(() => ann.close());
  /** @type {string[]} */
  const heard = [];
  ann.addEventListener("message", ({ detail }) => heard.push(detail.text));
  const room = await ann.openDirect(name.username);
  await ann.send(room, "hello");
  await until(() => heard.length === 1, "the bot answers");
  assert.deepEqual(heard, ["You said: hello"]);
  const asked = Date.now();
  bot.kill("SIGTERM");
  const [code] = await once(bot, "exit");
  assert.equal(code, 0);
  assert.ok(Date.now() - asked < 5_000);
});
