import assert from "node:assert/strict";
import { test } from "node:test";

import { Failure } from "../page/client/call.js";
import { Outbox } from "../page/client/outbox.js";
import { Sending } from "../page/client/sending.js";
import { files, message, settled, storage } from "./message.js";

const CAT = new File(["miaow"], "cat.png", { type: "image/png" });

/**
 * @typedef {(announced: unknown, file: Blob, onprogress: (part: number) => void,
 *   signal: AbortSignal) => Promise<void>} Upload
 */

/**
 * An outbox with one message that has a file, and a server that names attachments 1, 2, 3, …
 * @param {Upload[]} uploads the results in turn; later ones succeed
 */
async function outboxWithFile(uploads = []) {
  const kept = files();
  const outbox = new Outbox(storage(), kept, 1);
  outbox.add(7, "look", CAT);
  await settled();
  /** @type {unknown[]} */
  const announced = [];
  /** @type {unknown[]} */
  const sent = [];
  /** @type {Failure[]} */
  const refusals = [];
  const sending = new Sending({
    outbox,
    files: kept,
    onchange: () => undefined,
    api: {
      announce: async (file) => {
        announced.push(file);
        const upload = { url: "https://bucket.example/", fields: {} };
        return { id: String(announced.length), upload, expires_in: 600 };
      },
      send: async ({ client_id, text, attachment }) => {
        sent.push({ text, attachment });
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        return message(1, { client_id });
      },
    },
    upload: (...given) => (uploads.shift() ?? (async () => undefined))(...given),
  });
  const unsent = () => outbox.all()[0];
  return { outbox, kept, sending, announced, sent, refusals, unsent };
}

const gone = () => new Failure(400, "attachment_invalid", "is too old to be sent");
const offline = async () => { throw new Failure(0, "upload_failed", ""); };

test("a file is announced, uploaded, and named by its message", async () => {
  /** @type {Blob[]} */
  const uploaded = [];
  const { sending, announced, sent, unsent } = await outboxWithFile([async (_, file) => void uploaded.push(file)]);
  await sending.send(unsent());
  assert.deepEqual(announced, [
    { conversation: 7, kind: "picture", content_type: "image/png", size: 5, name: "cat.png" },
  ]);
  assert.equal(await uploaded[0].text(), "miaow");
  assert.deepEqual(sent, [{ text: "look", attachment: { kind: "picture", id: "1" } }]);
});

test("how far it has come is told while it is on its way, and not afterwards", async () => {
  let arrive = () => {};
  const { sending, unsent } = await outboxWithFile([(_, __, onprogress) => {
    onprogress(0.25);
    return new Promise((resolve) => { arrive = resolve; });
  }]);
  assert.equal(sending.progress(unsent()), undefined);
  const sent = sending.send(unsent());
  await settled();
  assert.equal(sending.progress(unsent()), 0.25);
  arrive();
  await sent;
  assert.equal(sending.progress(unsent()), undefined);
});

test("an upload that was cut off is done again, with a new form; one that was not, never", async () => {
  const { sending, announced, sent, refusals, unsent } = await outboxWithFile([offline]);
  await assert.rejects(sending.send(unsent()), (failure) => failure instanceof Failure && failure.passes);
  refusals.push(new Failure(503, "unavailable", ""));
  await assert.rejects(sending.send(unsent()));
  await sending.send(unsent());
  assert.equal(announced.length, 2);
  assert.deepEqual(sent.map((message) => /** @type {any} */ (message).attachment.id), ["2", "2"]);
});

test("what was uploaded long ago may be gone, and is uploaded again", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { sending, announced, refusals, unsent } = await outboxWithFile();
  refusals.push(new Failure(0, "unreachable", ""));
  await assert.rejects(sending.send(unsent()));
  context.mock.timers.tick(24 * 3_600_000);
  refusals.push(gone());
  await sending.send(unsent());
  assert.equal(announced.length, 2);
});

test("an old upload whose message has arrived is not replaced, because its number has one content", async (context) => {
  context.mock.timers.enable({ apis: ["Date"] });
  const { outbox, sending, sent, refusals, unsent } = await outboxWithFile();
  refusals.push(new Failure(0, "unreachable", ""));
  await assert.rejects(sending.send(unsent()));
  context.mock.timers.tick(24 * 3_600_000);
  await sending.send(unsent());
  outbox.refuse(unsent(), "You are not a member.");
  outbox.retry(unsent());
  await sending.send(unsent());
  assert.deepEqual(sent.map((message) => /** @type {any} */ (message).attachment.id), ["1", "1", "1"]);
});

test("an upload that is refused is not replaced by itself, unless it is old", async () => {
  const { sending, announced, refusals, unsent } = await outboxWithFile();
  refusals.push(gone(), gone());
  await assert.rejects(sending.send(unsent()));
  await assert.rejects(sending.send(unsent()));
  assert.equal(announced.length, 1);
});

test("what was refused begins anew when it is tried again", async () => {
  const { outbox, sending, announced, refusals, unsent } = await outboxWithFile();
  refusals.push(new Failure(400, "attachment_invalid", "is not a GIF, JPEG, PNG or WebP picture"));
  await assert.rejects(sending.send(unsent()), /is not a GIF, JPEG, PNG or WebP picture/);
  outbox.refuse(unsent(), "is not a GIF, JPEG, PNG or WebP picture");
  outbox.retry(unsent());
  refusals.push(gone());
  await sending.send(unsent());
  assert.equal(announced.length, 2);
});

test("an upload that is cancelled stops, and sends nothing", async () => {
  const { outbox, kept, sending, sent, unsent } = await outboxWithFile([(_, __, ___, signal) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Failure(0, "upload_failed", ""))))]);
  const cancelled = unsent();
  const sends = assert.rejects(sending.send(cancelled));
  await settled();
  outbox.remove(cancelled.client_id);
  sending.cancel(cancelled);
  await sends;
  assert.deepEqual([sent, outbox.all(), kept.kept.size], [[], [], 0]);
});

test("a file that is not there is waited for as long as another tab may be storing it", async (context) => {
  context.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const { kept, sending, unsent } = await outboxWithFile();
  kept.kept.clear();
  await assert.rejects(sending.send(unsent()), (failure) => failure instanceof Failure && failure.passes);
  context.mock.timers.tick(61_000);
  await assert.rejects(sending.send(unsent()), (failure) => failure instanceof Failure && !failure.passes);
});
