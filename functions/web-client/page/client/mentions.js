// Mentions in texts: `@` and the name of a member, or `@all`. Pure.

/**
 * @typedef {{id: number, name: string}} Person
 * @typedef {{mentions: number[], mentions_all: boolean}} Mentions
 */

export const ALL = "all";
/** The most people whom the server lets a message mention. */
const MOST = 100;
/** The most names that are offered. */
const OFFERED = 8;
/** A letter, a digit, or a mark of a name, after which no mention begins, and before which none ends. */
const AFTER_WORD = /[\p{L}\p{N}\p{M}_]$/u;
const BEFORE_WORD = /^[\p{L}\p{N}\p{M}_]/u;

/**
 * Returns the mentions in a text.
 * @param {string} text
 * @param {Person[]} people who can be mentioned
 * @param {boolean} all whether the user can mention all
 * @returns {Mentions}
 */
export function mentionsIn(text, people, all) {
  const names = people.map(({ name }) => name);
  const found = new Set(split(text, all ? [...names, ALL] : names).flatMap(({ name }) => name ?? []));
  const mentions = people.filter(({ name }) => found.has(name)).map(({ id }) => id).slice(0, MOST);
  return { mentions, mentions_all: all && found.has(ALL) && !names.includes(ALL) };
}

/**
 * Adds those mentions of an earlier text whose names are not known: nobody can tell whether the new text has them.
 * @param {Mentions} found in the new text
 * @param {number[]} earlier
 * @param {Person[]} people whose names are known
 * @returns {Mentions}
 */
export function withUnknown({ mentions, mentions_all }, earlier, people) {
  const unknown = earlier.filter((user) => !people.some(({ id }) => id === user));
  return { mentions: [...unknown, ...mentions].slice(0, MOST), mentions_all };
}

/**
 * Splits a text at the mentions of the names. Names are in NFC, so the parts are, too.
 * @param {string} written
 * @param {string[]} names
 * @returns {{text: string, name?: string}[]}
 */
export function split(written, names) {
  const text = written.normalize("NFC");
  // The longest first, because a name may begin with another.
  const longest = names.filter(Boolean).toSorted((one, other) => other.length - one.length);
  /** @type {{text: string, name?: string}[]} */
  const found = [];
  let end = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    // A letter has one or two code units.
    const isIn = at < end || AFTER_WORD.test(text.slice(Math.max(0, at - 2), at));
    const ends = (/** @type {number} */ place) => !BEFORE_WORD.test(text.slice(place, place + 2));
    const name = isIn ? undefined
      : longest.find((one) => text.startsWith(one, at + 1) && ends(at + 1 + one.length));
    if (name === undefined) continue;
    found.push({ text: text.slice(end, at) }, { text: `@${name}`, name });
    end = at + 1 + name.length;
  }
  found.push({ text: text.slice(end) });
  return found.filter((part) => part.text !== "");
}

/**
 * Returns the beginning of a name that is typed at the end of a text, and where its `@` is.
 * @param {string} before the text before the caret
 * @returns {{start: number, typed: string} | null}
 */
export function typedName(before) {
  const found = /(?:^|[^\p{L}\p{N}\p{M}_])@([^\s@]*)$/u.exec(before);
  return found && { start: before.length - found[1].length - 1, typed: found[1] };
}

/**
 * Returns the people whose name fits, those whose name begins with the typed letters first.
 * @param {Person[]} people
 * @param {string} typed
 */
export function fitting(people, typed) {
  const place = (/** @type {Person} */ { name }) => name.toLowerCase().indexOf(typed.toLowerCase());
  return people.filter((person) => place(person) >= 0)
    .toSorted((one, other) => Number(place(one) > 0) - Number(place(other) > 0) || one.name.localeCompare(other.name))
    .slice(0, OFFERED);
}
