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
/** A character that can be seen, as the server has it. */
const VISIBLE =
  /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{16fe4}\u{1d159}]/u;

/**
 * Returns a typed text as it can be sent: an empty one if nothing of it can be seen.
 * @param {string} text
 */
export function sendable(text) {
  const cleared = text.toWellFormed().replace(CONTROLS, "").trim();
  return VISIBLE.test(cleared) ? cleared : "";
}

/**
 * Whether a text has more characters than so many, as the server counts them: `maxlength` counts an emoji as two, and
 * cuts pasted text without a word.
 * @param {string} text
 * @param {number} most
 */
export function isLonger(text, most) {
  return text.length > most && [...text].length > most;
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
 * @param {Pick<import("./api.js").Presence, "online" | "last_seen">} presence
 * @returns {string} such as "online", "last seen today at 18:05", or nothing if nothing is known
 */
export function lastSeen({ online, last_seen }) {
  if (online) return "online";
  if (last_seen === null) return "";
  const on = day(last_seen);
  return `last seen ${["Today", "Yesterday"].includes(on) ? on.toLowerCase() : on} at ${clock(last_seen)}`;
}

/**
 * @param {{name: string, kind: import("./typing.js").Kind}[]} typists
 * @returns {string} such as "ann and bob are typing…"
 */
export function typists(typists) {
  if (typists.length === 0) return "";
  const action = typists.every(({ kind }) => kind === "audio") ? "recording" : "typing";
  if (typists.length > 3) return `Several people are ${action}…`;
  const names = new Intl.ListFormat("en").format(typists.map(({ name }) => name));
  return `${names} ${typists.length === 1 ? "is" : "are"} ${action}…`;
}

/**
 * @param {string} text names, separated by commas
 * @returns {string[]} each once
 */
export function namesIn(text) {
  return [...new Set(text.split(",").map((one) => one.trim()).filter(Boolean))];
}

/**
 * @param {number} members
 * @returns {string} such as "1 member"
 */
export function membersCount(members) {
  return members === 1 ? "1 member" : `${members} members`;
}

/**
 * Says why a room is gone. The event is the same whether its owner has removed the user or deleted the room.
 * @param {{title: string, name: string, isMe: boolean, isOwner: boolean, banned: boolean}} removal
 * `name`, `isMe`, `isOwner`: the person who did it
 */
export function removal({ title, name, isMe, isOwner, banned }) {
  if (isMe) return `You deleted ${title}.`;
  if (banned) return `${name} removed you from ${title}. You cannot come back.`;
  return `${name} removed you from ${title}${isOwner ? ", or deleted it" : ""}.`;
}

/**
 * Returns the text in place of a message that is deleted for everyone.
 * @param {{sender: number, deleted_by: number | null}} message
 * @param {number} me
 */
export function stub({ sender, deleted_by }, me) {
  if (deleted_by === me) return "You deleted this message";
  return deleted_by === sender ? "This message was deleted" : "This message was deleted by an admin";
}
