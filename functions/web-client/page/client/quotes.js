// The beginning of the message that another one answers. Pure.

import { attachmentsOf } from "./attachments.js";

/** In characters, like the server. */
const LONGEST = 200;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {import("./timeline.js").Quote} Quote
 */

/**
 * Returns the quote of a message, or null if it must not be quoted any more.
 * @param {Message} message
 * @returns {Quote | null}
 */
export function quoteOf({ id, sender, text, deleted_at, hidden, ...files }) {
  if (deleted_at || hidden) return null;
  const attachment = attachmentsOf(files)[0]?.kind ?? null;
  const letters = [...text];
  const truncated = letters.length > LONGEST;
  return { id, sender, text: truncated ? letters.slice(0, LONGEST).join("") : text, truncated, attachment };
}

/**
 * Returns the quote in a reply: that of the message itself if it is loaded, because it may have changed. Undefined if
 * it is not known yet.
 * @param {{messages: Message[], get(id: number): Message | undefined} | undefined} timeline
 * @param {{reply_to?: number | null, quoted?: Quote | null}} reply
 * @returns {Quote | null | undefined}
 */
export function quoteIn(timeline, { reply_to, quoted }) {
  if (!reply_to) return null;
  const message = timeline?.get(reply_to);
  return message ? quoteOf(message) : quoted;
}
