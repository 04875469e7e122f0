import assert from "node:assert/strict";
import { test } from "node:test";

import { Timeline } from "../page/client/timeline.js";
import { message } from "./message.js";

/** @param {Timeline} timeline */
const sequences = (timeline) => timeline.messages.map(({ sequence }) => sequence);

/** @param {number[]} page */
function loaded(page, more = false) {
  const timeline = new Timeline();
  timeline.load(page.map((sequence) => message(sequence)), more);
  return timeline;
}

test("whatever the order of arrival, a room has one order and each message once", () => {
  const timeline = loaded([3, 4]);
  for (const sequence of [7, 5, 4, 6, 7, 5]) timeline.add(message(sequence));
  timeline.prepend([1, 2, 3].map((sequence) => message(sequence)), false);
  assert.deepEqual(sequences(timeline), [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(timeline.hasGap, false);
});

test("a missed message shows, and is asked for after the last one before it", () => {
  const timeline = loaded([3, 4]);
  timeline.add(message(6));
  assert.equal(timeline.hasGap, true);
  assert.equal(timeline.settledId, message(4).id);
  timeline.settle([message(5), message(6)]);
  assert.equal(timeline.hasGap, false);
  assert.equal(timeline.settledId, message(6).id);
});

test("a push may fill a gap as well", () => {
  const timeline = loaded([3, 4]);
  timeline.add(message(6));
  timeline.add(message(5));
  assert.deepEqual([timeline.hasGap, timeline.settledId], [false, message(6).id]);
});

test("a hole in the newest page is not believed before the server has confirmed it", () => {
  const timeline = loaded([3, 4, 6, 7]);
  assert.deepEqual([timeline.hasGap, timeline.settledId], [true, message(4).id]);
  timeline.settle([message(6), message(7)]);
  assert.deepEqual([timeline.hasGap, timeline.settledId], [false, message(7).id]);
});

test("a hole that is too young to be for good keeps the gap open", () => {
  const timeline = loaded([3, 4]);
  timeline.add(message(6));
  timeline.settle([]);
  assert.deepEqual([timeline.hasGap, timeline.settledId], [true, message(4).id]);
});

test("what is pushed while the newest page is on its way is kept", () => {
  const timeline = new Timeline();
  timeline.add(message(5));
  assert.equal(timeline.hasGap, false);
  timeline.load([message(3), message(4)], true);
  assert.deepEqual(sequences(timeline), [3, 4, 5]);
  assert.deepEqual([timeline.hasGap, timeline.settledId, timeline.hasOlder], [false, message(5).id, true]);
});

test("an empty room lacks what came before the first message that it hears", () => {
  const timeline = loaded([]);
  timeline.add(message(1));
  assert.equal(timeline.hasGap, false);
  const late = loaded([]);
  late.add(message(2));
  assert.deepEqual([late.hasGap, late.settledId], [true, 1]);
});

test("new links take the place of those that have ended, and nothing else moves", () => {
  const timeline = new Timeline();
  timeline.load([message(1), message(2)], false);
  const picture = {
    id: "1", url: "https://bucket.example/new", content_type: "image/png", size: 1, name: "a",
    expires_at: "2026-01-01T14:00:00Z",
  };
  timeline.renew([message(2, { attachment_picture: picture, attachment_video: null }), message(9)]);
  const renewed = message(2, { attachment_picture: picture, attachment_video: null });
  assert.deepEqual(timeline.messages, [message(1), renewed]);
});

test("a page with new links that is older than a change takes nothing of it back", () => {
  const timeline = new Timeline();
  const quoted = { id: 900, sender: 2, text: "secret", attachment: null };
  const files = { attachment_picture: null, attachment_video: null };
  const page = [message(1, { reply_to: 900, quoted, ...files }), message(2, files)];
  timeline.load(page, false);
  const reactions = [{ emoji: "👍", count: 1, users: [1], mine: true }];
  timeline.quote(900, null);
  timeline.react(1002, reactions);
  timeline.renew(page);
  assert.deepEqual([timeline.get(1001)?.quoted, timeline.get(1002)?.reactions], [null, reactions]);
});
