import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  ALIASES, ENDINGS, MOST_PIXELS, TYPES, attachmentsOf, kindOf, nameOf, problem, sizeOf, summary, tooLarge, typeOf,
} from "../page/client/attachments.js";
import { OPENAPI, pattern } from "./contract.js";
import { message } from "./message.js";

const MEGABYTE = 1024 * 1024;

/** @param {string} name */
const attachment = (name) => ({
  id: "00000000-0000-4000-8000-000000000000", url: `https://bucket.example/${name}`, content_type: "image/png", size: 9,
  name,
  expires_at: "2026-01-01T13:00:00.000Z",
});

test("what may be sent has no problem, and all else says what it is, before anything is sent", () => {
  const file = (/** @type {string} */ type, /** @type {number} */ size) => problem({ name: "cat", type, size });
  for (const type of ["image/jpeg", "image/png", "image/webp", "image/gif"]) {
    assert.equal(file(type, 16 * MEGABYTE), null);
    assert.equal(file(type, 16 * MEGABYTE + 1), "cat has 16.1 MB. A photo may have 16 MB.");
    assert.equal(kindOf(type), "picture");
  }
  for (const type of ["video/mp4", "video/webm", "video/quicktime", "video/3gpp"]) {
    assert.equal(file(type, 100 * MEGABYTE), null);
    assert.equal(file(type, 100 * MEGABYTE + 1), "cat has 100.1 MB. A video may have 100 MB.");
    assert.equal(kindOf(type), "video");
  }
  for (const type of ["", "image/svg+xml", "image/heic", "text/html", "video/x-matroska"]) {
    assert.match(file(type, 1) ?? "", /^cat cannot be sent\. Pictures may be JPEG/);
  }
  assert.equal(file("image/png", 0), "cat is empty.");
});

test("a file is announced by its type in any spelling, or by the ending of its name", () => {
  for (const [type, name, announced] of [
    ["image/png", "cat", "image/png"],
    ["IMAGE/JPEG", "cat", "image/jpeg"],
    ["image/jpg", "cat", "image/jpeg"],
    ["video/webm;codecs=vp9", "cat", "video/webm"],
    ["video/x-m4v", "film.m4v", "video/mp4"],
    ["", "cat.JFIF", "image/jpeg"],
    ["", "film.3g2", "video/3gpp"],
    ["application/octet-stream", "a.b.mov", "video/quicktime"],
    ["", "cat", ""],
    ["", "png", "image/png"],
    ["", "cat.constructor", ""],
    ["constructor", "cat", ""],
    ["image/heic", "cat.heic", ""],
    ["text/html", "cat.html", ""],
  ]) {
    assert.equal(typeOf({ name, type }), announced, `${type} ${name}`);
    assert.equal(problem({ name, type, size: 1 }) === null, announced !== "");
  }
  assert.ok(TYPES.every((type) => typeOf({ name: "", type }) === type));
});

test("types have the names and endings that the server knows", () => {
  const file = new URL("../../../shared/domain/tests/media_types.json", import.meta.url);
  /** @type {[string, {other_names: string[], extensions: string[]}][]} */
  const types = Object.entries(JSON.parse(readFileSync(file, "utf8")));
  assert.deepEqual(TYPES.toSorted(), types.map(([type]) => type).sort());
  const others = types.flatMap(([type, { other_names }]) => other_names.map((name) => [name, type]));
  assert.deepEqual(ALIASES, Object.fromEntries(others));
  const endings = types.flatMap(([type, { extensions }]) => extensions.map((ending) => [ending.slice(1), type]));
  assert.deepEqual(ENDINGS, Object.fromEntries(endings));
});

test("a picture of too many pixels says so, and the description names the same limit", () => {
  const judged = (/** @type {number} */ width, /** @type {number} */ height) =>
    tooLarge("sky", { naturalWidth: width, naturalHeight: height });
  assert.equal(judged(MOST_PIXELS, 1), null);
  assert.equal(judged(0, 0), null);
  assert.equal(judged(MOST_PIXELS + 1, 1), "sky has 68 megapixels. A photo may have 67.");
  assert.equal(judged(12_000, 9_000), "sky has 108 megapixels. A photo may have 67.");
  assert.equal(/at most (\d+) megapixels/.exec(OPENAPI)?.[1], String(MOST_PIXELS / 1_000_000));
});

test("a size is written as people say it", () => {
  assert.deepEqual([1, 1024, 1025, MEGABYTE, 1.25 * MEGABYTE].map(sizeOf), ["1 KB", "1 KB", "2 KB", "1 MB", "1.3 MB"]);
});

test("a name that no server takes becomes one that it does, and keeps its ending", () => {
  assert.equal(nameOf("кот 🐈.png"), "кот 🐈.png");
  assert.equal(nameOf("a/b\\c\nd.png"), "a_b_c_d.png");
  assert.equal(nameOf(""), "file");
  assert.equal(nameOf("צילום מסך \u200f2026.png"), "צילום מסך \u200f2026.png");
  assert.equal(nameOf("photo\u202egpj.exe"), "photo_gpj.exe");
  assert.equal(nameOf("a\ud800.png"), "a\ufffd.png");
  assert.equal(nameOf(`${"🐈".repeat(300)}.png`), `${"🐈".repeat(62)}.png`);
  assert.equal(nameOf(`${"写真".repeat(60)}.jpg`), `${"写真".repeat(41)}写.jpg`);
  assert.equal(nameOf("n".repeat(300)), "n".repeat(255));
  assert.equal(nameOf(`${"n".repeat(200)}.${"o".repeat(200)}`), `${"n".repeat(200)}.${"o".repeat(54)}`);
  assert.equal(nameOf(`.${"o".repeat(9)}`), `.${"o".repeat(9)}`);
  const family = "👨‍👩‍👧‍👦";
  assert.equal(nameOf(`${family.repeat(20)}.png`), `${family.repeat(10)}.png`);
  assert.equal(nameOf(`${"n".repeat(250)}e\u0301.png`), `${"n".repeat(250)}.png`);
  assert.equal(nameOf(`a${"\u0301".repeat(300)}`), "file");
});

test("any name becomes one that the server takes, keeps its ending, and becomes no other when it is sent again", () => {
  const rule = pattern("FileName");
  const parts = [
    "写", "真", "🐈", "👨‍👩‍👧‍👦", "🇯🇵", "e\u0301", "क्ष", "\u200e", "\u200f", "\u061c", "צ", "ع", "n", ".", "..", "/", "\\", " ",
    "\ud800", "\udc00", "\0", "\n", "\x7f", "\x85", "\u2028", "\u202a", "\u202e", "\u2066", "\u2069", "\u{10ffff}", ".png",
  ];
  // A generator with a seed, so that a failure can be repeated (Numerical Recipes, section 7.1).
  let state = 1;
  const random = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let round = 0; round < 1_000; round += 1) {
    const few = Array.from({ length: 1 + random(3) }, () => parts[random(parts.length)]);
    const name = Array.from({ length: random(200) }, () => few[random(few.length)]).join("");
    const fit = nameOf(name);
    assert.match(fit, rule, JSON.stringify(name));
    assert.ok(new TextEncoder().encode(fit).length <= 255, name);
    assert.equal(nameOf(fit), fit);
    assert.equal(nameOf(`${name}.png`).endsWith(".png"), true);
  }
});

test("a message without words is called by what it shows", () => {
  const [picture, video] = [attachment("a"), attachment("b")];
  assert.equal(summary(message(1, { text: "", attachment_picture: picture })), "Photo");
  assert.equal(summary(message(1, { text: "", attachment_video: video })), "Video");
  assert.equal(summary(message(1, { text: "", attachment_picture: picture, attachment_video: video })), "Photo, Video");
  assert.equal(summary(message(1, { text: "my cat", attachment_picture: picture })), "my cat");
  assert.equal(summary(message(1, { text: `a${"\u0301".repeat(4000)}` })), `a${"\u0301".repeat(8)}`);
  assert.deepEqual(attachmentsOf(message(1, { attachment_picture: null })), []);
});
