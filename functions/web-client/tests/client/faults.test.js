import assert from "node:assert/strict";
import { after, test } from "node:test";

import { account, client, fired, line, plan, until } from "./place.js";

/** Faults of functions and services, with their probability by call or event. */
const RULES = [
  { fault: "kill_before", probability: 0.01 },
  { fault: "kill_after", probability: 0.01 },
  { fault: "throttle", probability: 0.01 },
  { fault: "fail_after", probability: 0.01, service: "dynamodb" },
  { fault: "lose_answer", probability: 0.01, service: "dynamodb" },
  { fault: "slow", millis: 200, probability: 0.02 },
  { fault: "conflict", probability: 0.02 },
  { fault: "duplicate", probability: 0.02 },
  { fault: "cut", probability: 0.03 },
];
const MESSAGES = 25;

after(() => plan([]));

test("while everything breaks, each message arrives once and in order, and none is lost or doubled", async (context) => {
  const names = await Promise.all(["ann", "bob", "cid"].map(account));
  const lines = await Promise.all(names.map(line));
  const people = await Promise.all(names.map((name, index) => client(name, { server: lines[index].server })));
  context.after(() => {
    for (const person of people) person.close();
    for (const one of lines) one.end();
  });
  const [ann] = people;
  const room = await ann.createGroup("Storm", names.slice(1).map(({ username }) => username));
  /** @type {import("chat-client").Message[][]} */
  const heard = people.map((person) => {
    /** @type {import("chat-client").Message[]} */
    const messages = [];
    person.addEventListener("message", ({ detail }) => messages.push(detail));
    return messages;
  });
  await plan(RULES);
  const storm = setInterval(() => lines[Math.floor(Math.random() * lines.length)].cut(), 700);
  context.after(() => clearInterval(storm));

  const texts = people.map(({ id }) => Array.from({ length: MESSAGES }, (_, index) => `${id}: ${index}`));
  for (const one of lines) one.loses(2);
  const sent = await Promise.all(people.map((person, index) =>
    Promise.all(texts[index].map((text) => person.send(room, text)))));
  clearInterval(storm);
  assert.ok(lines.every(({ lost }) => lost), "no answers were lost");
  const struck = await fired();
  await plan([]);
  assert.ok(struck.reduce((sum, times) => sum + times, 0) > 10, `faults: ${struck}`);
  // A push that is lost while the socket stays open is noticed with the next one.
  for (const [index, person] of people.entries()) {
    texts[index].push(`${person.id}: calm`);
    sent[index].push(await person.send(room, `${person.id}: calm`));
  }

  for (const [index, person] of people.entries()) {
    const others = sent.flatMap((messages, sender) => (sender === index ? [] : messages));
    await until(() => heard[index].length >= others.length, `${person.id} hears ${others.length} messages`);
    const order = others.map(({ sequence }) => sequence).sort((one, other) => one - other);
    assert.deepEqual(heard[index].map(({ sequence }) => sequence), order);
    // The sequence numbers of one sender have the order of the calls.
    assert.deepEqual(sent[index].map(({ text }) => text), texts[index]);
    assert.deepEqual(sent[index].map(({ sequence }) => sequence),
      sent[index].map(({ sequence }) => sequence).sort((one, other) => one - other));
  }
  const [bob] = people.slice(1);
  await bob.open(room);
  while (await bob.loadOlder(room));
  assert.deepEqual(bob.messages(room).map(({ text }) => text).sort(), texts.flat().sort());
});

test("messages that were sent while a client was away come once it is back, and only once", async (context) => {
  const [ann, away] = [await client(await account("ann")), await line()];
  const name = await account("bob");
  const bob = await client(name, { server: away.server });
  context.after(() => {
    for (const one of [ann, bob]) one.close();
    away.end();
  });
  /** @type {string[]} */
  const heard = [];
  let offline = 0;
  bob.addEventListener("message", ({ detail }) => heard.push(detail.text));
  bob.addEventListener("offline", () => { offline += 1; });
  const room = await ann.openDirect(name.username);
  await ann.send(room, "0");
  await until(() => heard.length === 1, "the first message comes");
  away.set(true);
  await until(() => offline > 0, "the client is offline");
  for (let index = 1; index <= 105; index += 1) await ann.send(room, String(index));
  const own = bob.send(room, "from afar");
  away.set(false);
  assert.equal((await own).text, "from afar");
  await until(() => heard.length > 105, "all messages come");
  assert.deepEqual(heard, Array.from({ length: 106 }, (_, index) => String(index)));
});

test("a program begins with the messages that the one before it has not read", async (context) => {
  const ann = await client(await account("ann"));
  const name = await account("bob");
  const first = await client(name);
  context.after(() => ann.close());
  const room = await ann.openDirect(name.username);
  for (const text of ["one", "two"]) await ann.send(room, text);
  const [{ conversation, id }] = await first.open(room);
  await first.read({ conversation, id });
  first.close();
  await ann.send(room, "three");
  const second = await client(name);
  context.after(() => second.close());
  /** @type {string[]} */
  const heard = [];
  second.addEventListener("message", ({ detail }) => heard.push(detail.text));
  await until(() => heard.length === 2, "the unread messages come");
  assert.deepEqual(heard, ["two", "three"]);
});
