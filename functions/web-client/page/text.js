// Texts of messages, times and typists.

// An address ends before a character that directs text: behind it the rest would be shown in another order, as if it
// were of another site.
const URLS = /https?:\/\/[^\s<>"\p{Bidi_Control}]+[^\s<>"'.,;:!?)\]}\p{Bidi_Control}]/gu;
/** More marks than any language puts on one letter. */
const TOO_MANY_MARKS = /(\p{M}{8})\p{M}+/gu;

/**
 * Returns a text without the marks that would be drawn over other texts: those after the eighth on a letter.
 * @param {string} text
 */
export function calm(text) {
  return text.replace(TOO_MANY_MARKS, "$1");
}

/** The controls that the server refuses, which come with pasted text. */
const CONTROLS = /[\0-\x08\v-\x1f\x7f]/g;

/**
 * Returns a typed text as it can be sent.
 * @param {string} text
 */
export function sendable(text) {
  return text.replace(CONTROLS, "").trim();
}

/**
 * Splits a text at the web addresses in it.
 * @param {string} text
 * @returns {{text: string, url: boolean}[]}
 */
export function parts(text) {
  const found = [];
  let end = 0;
  for (const { 0: url, index } of text.matchAll(URLS)) {
    found.push({ text: text.slice(end, index), url: false }, { text: url, url: true });
    end = index + url.length;
  }
  found.push({ text: text.slice(end), url: false });
  return found.filter((part) => part.text !== "");
}

/**
 * @param {string} time
 * @returns {string} such as 18:05
 */
export function clock(time) {
  return new Date(time).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/**
 * @param {string} time
 * @returns {string} such as Today, Yesterday, Sunday, 22 November
 */
export function day(time, now = new Date()) {
  const date = new Date(time);
  const midnight = (/** @type {Date} */ of) => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const ago = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return date.toLocaleDateString(undefined, { weekday: "long" });
  const year = date.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString(undefined, { day: "numeric", month: "long", year });
}

/**
 * @param {string} time
 * @returns {string} the time if it is today, otherwise the day
 */
export function moment(time) {
  return day(time) === "Today" ? clock(time) : day(time);
}

/**
 * @param {string[]} names
 * @returns {string} such as "ann and bob are typing…"
 */
export function typists(names) {
  if (names.length > 3) return "Several people are typing…";
  const list = new Intl.ListFormat("en").format(names);
  return names.length === 0 ? "" : `${list} ${names.length === 1 ? "is" : "are"} typing…`;
}
