import assert from "node:assert/strict";
import { test } from "node:test";

import { KNOWN_AGAIN_FOR, Outbox } from "../page/client/outbox.js";
import { files, settled, storage } from "./message.js";

/** @param {Outbox} outbox */
const texts = (outbox) => outbox.all().map(({ text }) => text);

test("a reload finds what was not sent, in the order of its writing", () => {
  const kept = storage();
  const before = new Outbox(kept, files(), 1);
  for (const text of ["one", "two", "three", "four"]) before.add(7, text);
  assert.deepEqual(texts(new Outbox(kept, files(), 1)), ["one", "two", "three", "four"]);
});

test("what a message answers and whom it mentions survives a reload, a refusal and a new attempt", () => {
  const kept = storage();
  const about = { reply_to: 1001, mentions: [2, 3], mentions_all: true };
  new Outbox(kept, files(), 1).add(7, "hello", undefined, about);
  const outbox = new Outbox(kept, files(), 1);
  const told = () => {
    const [{ reply_to, mentions, mentions_all }] = outbox.all();
    return { reply_to, mentions, mentions_all };
  };
  assert.deepEqual(told(), about);
  outbox.refuse(outbox.all()[0], "Another message has its name.", "client_id_reused");
  outbox.retry(outbox.all()[0]);
  assert.deepEqual(told(), about);
});

test("an entry that is damaged is no message, and harms no other", () => {
  const kept = storage();
  const outbox = new Outbox(kept, files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  const damages = ["{", "null", "7", JSON.stringify({ ...unsent, text: 7 }), JSON.stringify({ ...unsent, file: null })];
  for (const [index, damaged] of damages.entries()) kept.setItem(`outbox:1:${index}`, damaged);
  assert.deepEqual(texts(outbox), ["hello"]);
  for (const index of damages.keys()) outbox.retry({ ...unsent, client_id: String(index) });
  assert.deepEqual(texts(outbox), ["hello"]);
});

test("two tabs never overwrite each other's", () => {
  const kept = storage();
  const [one, other] = [new Outbox(kept, files(), 1), new Outbox(kept, files(), 1)];
  one.add(7, "from one");
  other.add(7, "from the other");
  one.remove(one.all()[0].client_id);
  assert.deepEqual(texts(one), ["from the other"]);
  assert.deepEqual(texts(other), ["from the other"]);
});

test("each user and each room has their own, under names that nobody else has", () => {
  const kept = storage();
  const [ann, bob] = [new Outbox(kept, files(), 1), new Outbox(kept, files(), 11)];
  ann.add(7, "in seven");
  ann.add(8, "in eight");
  bob.add(7, "from bob");
  assert.deepEqual(texts(ann), ["in seven", "in eight"]);
  assert.deepEqual(ann.of(8).map(({ text }) => text), ["in eight"]);
  assert.equal(new Set([...ann.all(), ...bob.all()].map(({ client_id }) => client_id)).size, 3);
});

test("what was refused stays, with its reason and its name, until somebody decides", () => {
  const outbox = new Outbox(storage(), files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  outbox.refuse(unsent, "You are not a member.");
  assert.deepEqual(outbox.all(), [{ ...unsent, refused: "You are not a member." }]);
  outbox.retry(outbox.all()[0]);
  assert.deepEqual(outbox.all(), [unsent]);
});

test("what is tried again after its number was found at another message gets a number of its own", () => {
  const outbox = new Outbox(storage(), files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  outbox.refuse(unsent, "Another message has the number of this one.", "client_id_reused");
  outbox.retry(outbox.all()[0]);
  const [again] = outbox.all();
  assert.deepEqual([again.text, again.refused, again.code], ["hello", undefined, undefined]);
  assert.notEqual(again.client_id, unsent.client_id);
});

test("what has arrived meanwhile is neither refused nor tried again", () => {
  const outbox = new Outbox(storage(), files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  outbox.remove(unsent.client_id);
  outbox.refuse(unsent, "You are not a member.");
  outbox.retry(unsent);
  assert.deepEqual(outbox.all(), []);
});

test("what is tried again after days is a message of its own", (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const outbox = new Outbox(storage(), files(), 1);
  outbox.add(7, "hello");
  const [unsent] = outbox.all();
  context.mock.timers.tick(KNOWN_AGAIN_FOR + 1);
  outbox.retry(unsent);
  const [again] = outbox.all();
  assert.equal(again.text, "hello");
  assert.notEqual(again.client_id, unsent.client_id);
});

test("a file goes with its message: into the outbox, through a reload, and out of it", async () => {
  const kept = storage();
  const blobs = files();
  const outbox = new Outbox(kept, blobs, 1);
  outbox.add(7, "", new File(["miaow"], "cat.png", { type: "image/png" }));
  await settled();
  const [{ file }] = new Outbox(kept, blobs, 1).all();
  assert.deepEqual([file?.name, file?.type, file?.size, file?.unkept], ["cat.png", "image/png", 5, undefined]);
  assert.deepEqual([...blobs.kept.keys()], [file?.key]);
  outbox.remove(outbox.all()[0].client_id);
  assert.equal(blobs.kept.size, 0);
});

test("an account that logs out takes its messages and files along, and no others", async () => {
  const kept = storage();
  const blobs = files();
  const [ann, bob] = [new Outbox(kept, blobs, 1), new Outbox(kept, files(), 11)];
  ann.add(7, "hello", new File(["miaow"], "cat.png", { type: "image/png" }));
  bob.add(7, "from bob");
  await settled();
  kept.setItem("outbox:1:damaged", "{");
  ann.clear();
  assert.deepEqual([kept.keys("outbox:1:"), blobs.kept.size, texts(bob)], [[], 0, ["from bob"]]);
});

test("a file that no message has is swept out", async () => {
  const blobs = files();
  blobs.kept.set("left behind", new Blob());
  new Outbox(storage(), blobs, 1);
  await settled();
  assert.equal(blobs.kept.size, 0);
});

test("a file for which there is no space is known to go with the page", async () => {
  const outbox = new Outbox(storage(), { ...files(), add: async () => false }, 1);
  outbox.add(7, "", new File(["miaow"], "cat.png", { type: "image/png" }));
  await settled();
  assert.equal(outbox.all()[0].file?.unkept, true);
});

test("what is tried again after days keeps its file", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const blobs = files();
  const outbox = new Outbox(storage(), blobs, 1);
  outbox.add(7, "", new File(["miaow"], "cat.png", { type: "image/png" }));
  context.mock.timers.tick(KNOWN_AGAIN_FOR + 1);
  outbox.retry(outbox.all()[0]);
  assert.deepEqual([...blobs.kept.keys()], [outbox.all()[0].file?.key]);
});
