import assert from "node:assert/strict";
import { test } from "node:test";

import { marked, wordsOf } from "../page/client/found.js";

/** The text with brackets around its hits. @param {string} text @param {string} search */
const shown = (text, search) =>
  marked(text, wordsOf(search)).map(({ text, isFound }) => (isFound ? `[${text}]` : text)).join("");

test("words and their beginnings are marked, in any case and with any accents", () => {
  for (const [search, expected] of [
    ["pizza", "[Pizza] and [pizza]s, no xpizza"],
    ["PIZZA tonight!", "[Pízza] [tonight]"],
    ["strasse", "Die [Straße] hier"],
    ["cafe", "un [cafe\u0301] noir"],
    ["don't", "I [don’t]"],
    ["елка", "[Ёлка]"],
    ["שלום", "[שָׁלוֹם] עולם"],
    ["احمد", "[أحمد]"],
    ["हिन", "[हिन]्दी"],
    ["京都", "東[京都]に"],
    ["ワード", "パス[ワード]"],
    ["か", "が[か]"],
    ["nothing", "of these"],
  ]) {
    assert.equal(shown(expected.replace(/[[\]]/g, ""), search), expected);
  }
});

test("a long text is cut around the first place", () => {
  const before = "so ".repeat(200);
  const cut = shown(`${before}pizza ${before}`, "pizza");
  assert.match(cut, /^…[so ]{40}\[pizza\][so ]{155}…$/u);
  assert.ok(cut.length < 210, cut);
  assert.equal(shown("pizza", "pizza"), "[pizza]");
  assert.equal(shown(before, "pizza").length, 201);
});
