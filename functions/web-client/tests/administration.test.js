import assert from "node:assert/strict";
import { test } from "node:test";

import { ADDED, Administration } from "../page/client/administration.js";
import { Failure } from "../page/client/call.js";
import { values } from "./contract.js";
import { room } from "./message.js";

const BUSY = new Failure(503, "unavailable", "The picture is still being checked.", 3_000);
const IDS = new Map([["bob", 2], ["cem", 3]]);

/**
 * The administration of room 1, with a record of its calls. A call fails with the next of `failures`, if there is one.
 * @param {Failure[]} [failures]
 */
function administration(failures = []) {
  /** @type {any[][]} */
  const calls = [];
  const call = (/** @type {string} */ name, /** @type {any} */ answer) => async (/** @type {any[]} */ ...given) => {
    calls.push([name, ...given]);
    const failure = name === "announce" ? undefined : failures.shift();
    if (failure) throw failure;
    return answer;
  };
  const controller = new AbortController();
  /** @type {any} */
  const api = {
    addMembers: call("add", [{ user: 2, status: "added" }, { user: 3, status: "invited" }]),
    removeMember: call("remove", undefined), setRole: call("role", room(1)), setRoom: call("set", room(1)),
    deleteRoom: call("delete", undefined), resetInvite: call("invite", "1.code"),
    announce: call("announce", { id: "p", upload: { url: "", fields: {} }, expires_in: 1 }),
  };
  const running = new Administration({
    api,
    directory: {
      find: async (username) => {
        const id = IDS.get(username);
        if (id === undefined) throw new Failure(404, "user_not_found", `Nobody is called ${username}.`);
        return { id, username };
      },
    },
    upload: async (_, file) => { calls.push(["upload", file.size]); },
    onchanged: ({ id }) => calls.push(["changed", id]),
    onleft: (id) => calls.push(["left", id]),
    wait: async (milliseconds) => { calls.push(["wait", milliseconds]); },
    signal: controller.signal,
  });
  return { running, calls, controller };
}

const PICTURE = new File(["12345"], "a/b.png", { type: "image/png" });

test("each person has a sentence of their own, also those whom nobody knows", async () => {
  const { running, calls } = administration();
  assert.deepEqual(await running.add(1, ["bob", "nobody", "cem"], 25), [
    "bob is a member now.",
    "nobody was not added, because nobody has this name.",
    "cem has an invitation now, and becomes a member by accepting it.",
  ]);
  assert.deepEqual(calls, [["add", 1, [2, 3], 25]]);
  assert.deepEqual(await administration().running.add(1, ["nobody"], 0),
    ["nobody was not added, because nobody has this name."]);
});

test("each result in the contract has its words", () => {
  assert.deepEqual(Object.keys(ADDED).sort(), values("AddResults").sort());
});

test("a picture is uploaded, and taken as soon as it is checked", async () => {
  const { running, calls } = administration([BUSY, BUSY]);
  await running.set(1, { name: "Garden" }, PICTURE);
  const set = ["set", 1, { name: "Garden", picture: "p" }];
  const announced = { kind: "picture", content_type: "image/png", size: 5, name: "a_b.png" };
  assert.deepEqual(calls, [["announce", announced], ["upload", 5], set, ["wait", 3_000], set, ["wait", 3_000], set,
    ["changed", 1]]);
});

test("a refusal ends the attempts, and so does the session", async () => {
  const refused = new Failure(403, "not_an_admin", "Only admins can do this here.");
  await assert.rejects(administration([refused]).running.set(1, {}), refused);
  const { running, calls, controller } = administration([BUSY, BUSY]);
  controller.abort();
  await assert.rejects(running.set(1, {}), BUSY);
  assert.deepEqual(calls, [["set", 1, {}]]);
});

test("a file that cannot be a picture is refused here", async () => {
  const { running, calls } = administration();
  await assert.rejects(running.set(1, {}, new File([], "a.png", { type: "image/png" })), /a\.png is empty/);
  assert.deepEqual(calls, []);
});

test("an invite code is kept while it is valid", async () => {
  const { running } = administration();
  assert.equal(running.code(1), undefined);
  await running.resetInvite(1, true);
  assert.equal(running.code(1), "1.code");
  assert.equal(running.code(2), undefined);
});

test("somebody is banned and let back in by name", async () => {
  const { running, calls } = administration();
  await running.ban(1, "bob", true);
  await running.ban(1, "bob", false);
  await running.remove(1, 3);
  assert.deepEqual(calls, [["remove", 1, 2, true], ["remove", 1, 2, false], ["remove", 1, 3, undefined]]);
  await assert.rejects(running.ban(1, "nobody", true), /Nobody is called nobody\./);
});

test("a deleted room is gone at once", async () => {
  const { running, calls } = administration();
  await running.delete(1);
  assert.deepEqual(calls, [["delete", 1], ["left", 1]]);
});
