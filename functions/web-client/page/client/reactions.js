// Reactions to a message. Pure.

/**
 * @typedef {import("./timeline.js").Reaction} Reaction
 */

/** The reactions that are offered first. */
export const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
/** The most users that the server names for an emoji. */
const NAMED = 3;
/** The most emoji of a message that the server lists. */
const LISTED = 20;
const EMOJI = /[\p{Extended_Pictographic}\p{Regional_Indicator}\u20e3]/u;

/**
 * Returns the reactions after a user has set one, or removed it. Returns null if the earlier reaction of the user is
 * not known: the server names only some users and emoji, and the reactions must be fetched.
 * @param {Reaction[]} reactions
 * @param {{user: number, emoji: string | null, mine: boolean}} reaction `mine`: whether it is that of this user
 * @returns {Reaction[] | null}
 */
export function reacted(reactions, { user, emoji, mine }) {
  if (reactions.length >= LISTED) return null;
  if (!mine && reactions.some(({ count, users }) => users.length < count)) return null;
  const isTheirs = (/** @type {Reaction} */ one) => (mine ? one.mine : one.users.includes(user));
  if (reactions.some((one) => one.emoji === emoji && isTheirs(one))) return reactions;
  const others = reactions.map((one) => (isTheirs(one) ? without(one, user, mine) : one))
    .filter(({ count }) => count > 0);
  if (emoji === null) return others;
  const same = others.find((one) => one.emoji === emoji) ?? { emoji, count: 0, users: [], mine: false };
  const users = same.users.length < NAMED ? [...same.users, user] : same.users;
  const next = { emoji, count: same.count + 1, users, mine: mine || same.mine };
  const all = others.includes(same) ? others.map((one) => (one === same ? next : one)) : [...others, next];
  return all.toSorted((one, other) => other.count - one.count);
}

/**
 * @param {Reaction} reaction
 * @param {number} user
 * @param {boolean} mine
 */
function without(reaction, user, mine) {
  const users = reaction.users.filter((other) => other !== user);
  return { ...reaction, users, count: reaction.count - 1, mine: reaction.mine && !mine };
}

/**
 * Returns the emoji of the user.
 * @param {Reaction[]} reactions
 */
export function own(reactions) {
  return reactions.find(({ mine }) => mine)?.emoji ?? null;
}

/**
 * Returns a typed text as a reaction, or null if it is not one emoji.
 * @param {string} text
 */
export function emojiIn(text) {
  const typed = text.trim();
  return [...new Intl.Segmenter().segment(typed)].length === 1 && EMOJI.test(typed) ? typed : null;
}
