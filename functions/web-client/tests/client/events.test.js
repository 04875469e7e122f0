import assert from "node:assert/strict";
import { test } from "node:test";

import { SERVER, account, client, line, until } from "./place.js";

/** @typedef {import("chat-client").Client} Client */

/**
 * Notes the events of a client, each with its detail.
 * @param {Client} person
 * @param {(keyof import("chat-client").ClientEvents)[]} types
 */
function notes(person, ...types) {
  /** @type {Record<string, any[]>} */
  const heard = Object.fromEntries(types.map((type) => [type, []]));
  for (const type of types) {
    person.addEventListener(type, (event) => heard[type].push("detail" in event ? event.detail : null));
  }
  return heard;
}

/**
 * Makes a call that the library does not have.
 * @param {Client} person
 * @param {string} path
 * @param {object} body
 */
async function post({ session: { token } }, path, body) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(`${SERVER}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

test("members, messages and invitations are events as they change", async (context) => {
  const names = [await account("ann"), await account("bob"), await account("cid")];
  const [ann, bob, cid] = [await client(names[0]), await client(names[1]), await client(names[2])];
  context.after(() => [ann, bob, cid].forEach((one) => one.close()));
  await until(() => bob.isOnline && cid.isOnline, "the sockets open");
  const bobs = notes(bob, "joined", "left", "changed", "reaction", "typing", "invited", "update");
  const [anns, cids] = [notes(ann, "read"), notes(cid, "removed")];
  const garden = await ann.createGroup("Garden", [names[1].username]);
  await until(() => bobs.joined.length > 0, "bob joins");
  assert.deepEqual([bobs.joined[0].conversation, bobs.joined[0].user], [garden, bob.id]);
  await until(() => bob.room(garden)?.name === "Garden", "the room comes");
  assert.deepEqual([bob.rooms.map(({ id }) => id), bob.nameOf(bob.id)], [[garden], names[1].username]);
  assert.ok(bobs.update.length > 0);

  const { invite } = await post(ann, "/reset-invite/", { conversation_id: garden, enabled: true });
  assert.equal(await cid.join(invite), garden);
  await until(() => bobs.joined.some(({ user }) => user === cid.id), "cid joins");
  const sent = await ann.send(garden, "one", { mentions: [bob.id] });
  await ann.edit(sent, "two");
  await ann.react(sent, "👍");
  await until(() => bobs.changed.some(({ text }) => text === "two"), "the edit comes");
  await until(() => bobs.reaction.length > 0, "the reaction comes");
  const { conversation, message_id, user, emoji } = bobs.reaction[0];
  assert.deepEqual([conversation, message_id, user, emoji], [garden, sent.id, ann.id, "👍"]);
  ann.typing(garden);
  await until(() => bobs.typing.some(({ sender, typing }) => sender === ann.id && typing), "the typing comes");
  await cid.read(sent);
  await until(() => anns.read.some(({ user, last_read }) => user === cid.id && last_read === sent.id), "the mark comes");
  await ann.delete(sent);
  await until(() => bobs.changed.some(({ deleted_at }) => deleted_at), "the deletion comes");

  await post(ann, "/remove-member/", { conversation_id: garden, user: cid.id });
  await until(() => cids.removed.length > 0, "cid is removed");
  assert.deepEqual([cids.removed[0].conversation, cids.removed[0].by, cid.room(garden)], [garden, ann.id, undefined]);
  await until(() => bobs.left.some(({ user, by }) => user === cid.id && by === ann.id), "bob hears of it");

  await post(bob, "/set-privacy/", { add: "nobody" });
  const shed = await ann.createGroup("Shed", [names[1].username]);
  await until(() => bobs.invited.length > 0 && bob.invitations.length > 0, "bob is invited");
  assert.deepEqual([bobs.invited[0].conversation, bob.invitations[0].conversation], [shed, shed]);
  await bob.answerInvitation(shed, true);
  assert.deepEqual([bob.room(shed)?.name, bob.invitations], ["Shed", []]);
  await bob.leave(shed);
  assert.equal(bob.room(shed), undefined);
  await post(ann, "/set-room/", { conversation_id: shed, access: "open" });
  assert.equal(await bob.join(shed), shed);
});

test("after a lost connection the changes come, the other events not", async (context) => {
  const [ann, away] = [await client(await account("ann")), await line()];
  const name = await account("bob");
  const bob = await client(name, { server: away.server });
  context.after(() => {
    for (const one of [ann, bob]) one.close();
    away.end();
  });
  await until(() => bob.isOnline, "the socket opens");
  const heard = notes(bob, "message", "changed", "reaction", "online", "offline");
  const room = await ann.openDirect(name.username);
  const sent = await ann.send(room, "one");
  await until(() => heard.message.length === 1, "the message comes");
  away.set(true);
  await until(() => heard.offline.length === 1, "the client is offline");
  await ann.edit(sent, "two");
  await ann.react(sent, "👍");
  away.set(false);
  await until(() => heard.changed.length > 0, "the change comes");
  await until(() => heard.online.length === 1, "the client is online");
  assert.deepEqual([heard.changed[0].text, heard.reaction, heard.message.length], ["two", [], 1]);
});
