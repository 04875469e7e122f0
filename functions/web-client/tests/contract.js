// The description of the API, for the tests that compare the page with it.

import { readFileSync } from "node:fs";

export const OPENAPI = readFileSync(new URL("../../../infra/openapi.yaml", import.meta.url), "utf8");

/** Returns the pattern of a schema. @param {string} schema */
export function pattern(schema) {
  const [, after] = OPENAPI.split(`\n    ${schema}:\n`);
  const [, source] = /\n      pattern: (.+)\n/.exec(after) ?? [];
  return new RegExp(source, "u");
}

/** Returns the values of the first `enum` of a schema. @param {string} schema @returns {string[]} */
export function values(schema) {
  const [, after] = OPENAPI.split(`\n    ${schema}:\n`);
  const [, list] = /enum:\s*(\[[^\]]*\]|(?:\s*- \w+\n)+)/.exec(after) ?? [];
  return list.match(/\w+/g) ?? [];
}
