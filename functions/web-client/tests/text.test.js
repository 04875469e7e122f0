import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { backoff } from "../page/client/backoff.js";
import { calm, clock, day, isLonger, lastSeen, namesIn, parts, removal, sendable, typists } from "../page/client/text.js";

test("what is not known of a person is not shown, least of all as offline", () => {
  const [today, yesterday, long] = [0, 1, 400].map((days) => new Date(Date.now() - days * 86_400_000).toISOString());
  assert.equal(lastSeen({ online: null, last_seen: null }), "");
  assert.equal(lastSeen({ online: false, last_seen: null }), "");
  assert.equal(lastSeen({ online: true, last_seen: long }), "online");
  assert.equal(lastSeen({ online: false, last_seen: today }), `last seen today at ${clock(today)}`);
  assert.equal(lastSeen({ online: null, last_seen: yesterday }), `last seen yesterday at ${clock(yesterday)}`);
  assert.equal(lastSeen({ online: false, last_seen: long }), `last seen ${day(long)} at ${clock(long)}`);
});

test("addresses are found, and nothing else becomes one", () => {
  const urls = (/** @type {string} */ text) => parts(text).filter(({ url }) => url).map(({ text }) => text);
  assert.deepEqual(urls("see https://example.org/a?b=c#d, or (http://example.com/x)."), [
    "https://example.org/a?b=c#d",
    "http://example.com/x",
  ]);
  const others = ["javascript:alert(1)", "data:text/html,x", "example.org", "https://", "<img src=x onerror=alert(1)>"];
  for (const text of others) {
    assert.deepEqual(parts(text), [{ text, url: false }]);
  }
  const text = "a https://example.org b\nhttps://example.org";
  assert.equal(parts(text).map((part) => part.text).join(""), text);
});

test("an address ends where text would be turned around", () => {
  for (const control of ["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069"]) {
    const text = `https://evil.example/${control}gro.knab//:sptth`;
    assert.deepEqual(parts(text), [
      { text: "https://evil.example/", url: true },
      { text: `${control}gro.knab//:sptth`, url: false },
    ]);
  }
  assert.deepEqual(parts("https://he.wikipedia.org/wiki/שלום"), [
    { text: "https://he.wikipedia.org/wiki/שלום", url: true },
  ]);
});

test("only so many marks are drawn on a letter as people write", () => {
  for (const text of ["", "plain", "é", "שָׁ֣", "ကြွေး", "བསྟན", "👩‍🚀"]) assert.equal(calm(text), text);
  assert.equal(calm(`a${"\u0334".repeat(4000)}b`), `a${"\u0334".repeat(8)}b`);
});

test("pasted controls are not sent, and lines are", () => {
  assert.equal(sendable("  \u0000one\ttab\u000b\f\ntwo\u001b[0m\u007f \n"), "one\ttab\ntwo[0m");
  assert.equal(sendable("\u0001 \u0002"), "");
  assert.equal(sendable("cut\ud83d"), "cut\ufffd");
  assert.equal(sendable("👩‍🚀 שלום\u200f"), "👩‍🚀 שלום\u200f");
});

test("a text of which nothing can be seen is empty, as the server refuses it", () => {
  const file = new URL("../../../shared/domain/tests/invisible.json", import.meta.url);
  /** @type {string[]} */
  const ranges = JSON.parse(readFileSync(file, "utf8"));
  const invisible = new Set(ranges.flatMap((range) => {
    const [first, last] = range.split("..").map((hex) => parseInt(hex, 16));
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  }));
  for (let code = 0; code <= 0x10ffff; code++) {
    // A surrogate alone is not a character.
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    assert.equal(sendable(character) === "", invisible.has(code), code.toString(16));
  }
  assert.equal(sendable("\u3164❤\ufe0f\u200b"), "\u3164❤\ufe0f\u200b");
});

test("length is counted in characters", () => {
  assert.deepEqual(["ab", "abc", "😀😀", "😀😀😀"].map((text) => isLonger(text, 2)), [false, true, false, true]);
});

test("days are called what people call them", () => {
  const now = new Date(2026, 10, 22, 1, 0);
  const at = (/** @type {[number, number, number, number]} */ ...date) => day(new Date(...date).toISOString(), now);
  assert.equal(at(2026, 10, 22, 0), "Today");
  assert.equal(at(2026, 10, 21, 23), "Yesterday");
  assert.equal(at(2026, 10, 16, 12), new Date(2026, 10, 16).toLocaleDateString(undefined, { weekday: "long" }));
  assert.match(at(2026, 10, 15, 12), /15/);
  assert.match(at(2025, 10, 15, 12), /2025/);
});

test("typing is told as people say it", () => {
  const typing = (/** @type {string[]} */ ...names) => typists(names.map((name) => ({ name, kind: "text" })));
  assert.equal(typing(), "");
  assert.equal(typing("ann"), "ann is typing…");
  assert.equal(typing("ann", "bob"), "ann and bob are typing…");
  assert.equal(typing("ann", "bob", "cem", "dan"), "Several people are typing…");
  assert.equal(typists([{ name: "ann", kind: "audio" }]), "ann is recording…");
  assert.equal(typists([{ name: "ann", kind: "audio" }, { name: "bob", kind: "text" }]), "ann and bob are typing…");
});

test("who is removed learns by whom, and whether for good", () => {
  const removed = { title: "Garden", name: "ann", isMe: false, isOwner: false, banned: false };
  assert.equal(removal(removed), "ann removed you from Garden.");
  assert.equal(removal({ ...removed, isOwner: true }), "ann removed you from Garden, or deleted it.");
  assert.equal(removal({ ...removed, banned: true }), "ann removed you from Garden. You cannot come back.");
  assert.equal(removal({ ...removed, isMe: true, isOwner: true }), "You deleted Garden.");
});

test("names are found between commas, each once", () => {
  assert.deepEqual(namesIn(" ann, bob smith ,,ann,"), ["ann", "bob smith"]);
  assert.deepEqual(namesIn(" , "), []);
});

test("waiting grows, ends growing, and is never the same for all", () => {
  const waits = (/** @type {number} */ attempt) => Array.from({ length: 200 }, () => backoff(attempt));
  for (const [attempt, most] of [[0, 500], [1, 1_000], [3, 4_000], [40, 15_000]]) {
    const all = waits(attempt);
    assert.ok(Math.min(...all) >= most / 2 && Math.max(...all) <= most);
    assert.ok(new Set(all).size > 100);
  }
});
