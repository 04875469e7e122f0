// The content of a bubble: text, quote, mentions and reactions, as they are now. Pure.

import { called } from "../client/attachments.js";
import { ALL } from "../client/mentions.js";
import { quoteIn } from "../client/quotes.js";
import { calm, stub } from "../client/text.js";

/** The forwards in a row after which a message counts as forwarded often. */
export const OFTEN = 5;

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 * @typedef {import("../client/timeline.js").Message} Message
 * @typedef {{id: number | null, name: string, text: string}} ShownQuote
 * `id` is null if the message cannot be shown
 * @typedef {{text: string, isStub: boolean, names: string[], mine: string, quote: ShownQuote | null, isEdited: boolean,
 *   forwarded: string, reactions: import("../client/timeline.js").Reaction[]}} Content
 * `names`: those who are mentioned; `mine`: the one that is the user's
 */

/**
 * @param {Chat} chat
 * @param {Message} message
 * @returns {Content}
 */
export function contentOf(chat, message) {
  const { text, deleted_at, edited_at, forwarded, reactions } = message;
  if (deleted_at) return { ...EMPTY, text: stub(message, chat.me), isStub: true };
  return {
    ...contentOfUnsent(chat, message),
    text,
    isEdited: edited_at !== null,
    forwarded: !forwarded ? "" : forwarded < OFTEN ? "Forwarded" : "Forwarded many times",
    reactions: reactions ?? [],
  };
}

/**
 * @param {Chat} chat
 * @param {Pick<import("../client/outbox.js").Unsent, "conversation" | "text" | "reply_to" | "mentions" | "mentions_all">
 *   | Message} message
 * @returns {Content}
 */
export function contentOfUnsent(chat, message) {
  const { directory, me } = chat;
  const mentioned = (message.mentions ?? []).filter((user) => directory.knows(user));
  const names = mentioned.map((user) => directory.name(user));
  const isMine = (message.mentions ?? []).includes(me);
  return {
    ...EMPTY,
    text: message.text,
    names: message.mentions_all ? [...names, ALL] : names,
    mine: isMine ? directory.name(me) : message.mentions_all ? ALL : "",
    quote: message.reply_to ? shownQuote(chat, message) : null,
  };
}

/** @type {Content} */
const EMPTY = {
  text: "", isStub: false, names: [], mine: "", quote: null, isEdited: false, forwarded: "", reactions: [],
};

/**
 * @param {Chat} chat
 * @param {Parameters<typeof quoteIn>[1] & {conversation: number}} reply
 * @returns {ShownQuote}
 */
function shownQuote(chat, reply) {
  const quote = quoteIn(chat.timeline(reply.conversation), reply);
  if (quote === undefined) return { id: null, name: "", text: "…" };
  if (quote === null) return { id: null, name: "", text: "The original message is not available" };
  return { id: quote.id, name: nameIn(chat, quote.sender), text: excerpt(quote) };
}

/**
 * Returns a quote as one line of text.
 * @param {import("../client/timeline.js").Quote} quote
 */
export function excerpt({ text, truncated, attachment }) {
  return (calm(text) + (truncated ? "…" : "")) || (attachment ? called(attachment) : "");
}

/**
 * @param {Chat} chat
 * @param {number} user
 */
export function nameIn({ directory, me }, user) {
  return user === me ? "You" : directory.name(user);
}
