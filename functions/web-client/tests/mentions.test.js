import assert from "node:assert/strict";
import { test } from "node:test";

import { fitting, mentionsIn, split, typedName, withUnknown } from "../page/client/mentions.js";

const PEOPLE = [{ id: 2, name: "ann" }, { id: 3, name: "anna" }, { id: 4, name: "זוהר" }, { id: 5, name: "a.b" }];

/** @param {string} text @param {boolean} [all] */
const found = (text, all = true) => {
  const { mentions, mentions_all } = mentionsIn(text, PEOPLE, all);
  return mentions_all ? [...mentions, "all"] : mentions;
};

test("a mention is an @ and a whole name", () => {
  assert.deepEqual(found("@ann and @anna, and @ann again"), [2, 3]);
  assert.deepEqual(found("(@anna) @a.b. @זוהר!"), [3, 4, 5]);
  for (const text of ["ann", "@an", "@annab", "@annა", "me@ann", "@ ann", "@Ann", "@nobody", "@anń"]) {
    assert.deepEqual(found(text), [], text);
  }
});

test("a letter of two code units belongs to a word, and a letter with a mark is one letter", () => {
  const people = [{ id: 2, name: "bob" }, { id: 3, name: "José" }];
  const found = (/** @type {string} */ text) => mentionsIn(text, people, true).mentions;
  assert.deepEqual(found("𠮷@bob @bob𠮷"), []);
  assert.deepEqual(found("😀@bob😀"), [2]);
  assert.deepEqual(found("@Jose\u0301, hi"), [3]);
});

test("all are mentioned by one word, if the user may, and unless somebody is called so", () => {
  assert.deepEqual([found("@all"), found("@all", false), found("@allotment")], [["all"], [], []]);
  const { mentions, mentions_all } = mentionsIn("@all", [{ id: 9, name: "all" }], true);
  assert.deepEqual([mentions, mentions_all], [[9], false]);
});

test("no message mentions more people than the server takes", () => {
  const many = Array.from({ length: 120 }, (_, id) => ({ id, name: `n${id}` }));
  assert.equal(mentionsIn(many.map(({ name }) => `@${name}`).join(" "), many, true).mentions.length, 100);
});

test("a text is split at its mentions and stays the same", () => {
  const text = "hi @anna\n@ann @ann.";
  const parts = split(text, ["ann", "anna"]);
  assert.equal(parts.map((part) => part.text).join(""), text);
  assert.deepEqual(parts.flatMap(({ name }) => name ?? []), ["anna", "ann", "ann"]);
  assert.deepEqual(split("@", [""]), [{ text: "@" }]);
  assert.deepEqual(split("", ["ann"]), []);
});

test("a name that is being typed is found before the caret", () => {
  assert.deepEqual(typedName("hi @an"), { start: 3, typed: "an" });
  assert.deepEqual(typedName("@"), { start: 0, typed: "" });
  for (const text of ["", "hi", "@ann ", "me@an", "@@an "]) assert.equal(typedName(text), null, text);
});

test("names that begin with the typed letters come first", () => {
  const names = (/** @type {string} */ typed) => fitting([...PEOPLE, { id: 6, name: "Joann" }], typed)
    .map(({ name }) => name);
  assert.deepEqual(names("ANN"), ["ann", "anna", "Joann"]);
  assert.deepEqual(names("x"), []);
  assert.equal(fitting(Array.from({ length: 20 }, (_, id) => ({ id, name: `n${id}` })), "").length, 8);
});

test("an edit keeps the mentions of those whose names are not known", () => {
  const found = mentionsIn("@anna, and @zoe", PEOPLE, true);
  assert.deepEqual(withUnknown(found, [2, 99], PEOPLE), { mentions: [99, 3], mentions_all: false });
});
