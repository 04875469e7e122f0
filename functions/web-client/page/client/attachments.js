// Pictures and videos: their media types, limits and names. Pure.

import { calm } from "./text.js";

/**
 * @typedef {"picture" | "video"} Kind
 * @typedef {{id: string, url: string, thumbnail_url?: string, content_type: string, size: number, name: string,
 *   expires_at: string}} Attachment
 * @typedef {import("./timeline.js").Message} Message
 */

const MEGABYTE = 1024 * 1024;
/** Milliseconds. A new link that does not work either fails for another reason than its age. */
export const RENEW_AGAIN_AFTER = 30_000;

/**
 * The media types and the largest size, in bytes, that the server takes.
 * @type {Record<Kind, {types: string[], most: number, called: string}>}
 */
const KINDS = {
  picture: { types: ["image/jpeg", "image/png", "image/webp", "image/gif"], most: 16 * MEGABYTE, called: "Photo" },
  video: {
    types: ["video/mp4", "video/webm", "video/quicktime", "video/3gpp"], most: 100 * MEGABYTE, called: "Video",
  },
};
export const TYPES = Object.values(KINDS).flatMap(({ types }) => types);
/** Other names of these types, which the server accepts too. @type {Record<string, string>} */
export const ALIASES = {
  "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png", "image/apng": "image/png",
  "video/x-m4v": "video/mp4", "video/3gpp2": "video/3gpp",
};
/** The types by the endings of names. @type {Record<string, string>} */
export const ENDINGS = {
  jpg: "image/jpeg", jpeg: "image/jpeg", jpe: "image/jpeg", jfif: "image/jpeg", pjpeg: "image/jpeg", pjp: "image/jpeg",
  png: "image/png", apng: "image/png", webp: "image/webp", gif: "image/gif", mp4: "video/mp4", m4v: "video/mp4",
  mpg4: "video/mp4", webm: "video/webm", mov: "video/quicktime", qt: "video/quicktime", "3gp": "video/3gpp",
  "3gpp": "video/3gpp", "3g2": "video/3gpp",
};
/** Of a picture, because decoding it takes memory. */
export const MOST_PIXELS = 67_000_000;
/** In bytes of UTF-8. */
const LONGEST_NAME = 255;
/** Controls, characters of paths, and characters that turn text around. */
const UNFIT = /[\p{Cc}/\\\u202A-\u202E\u2066-\u2069]/gu;

/**
 * @param {string} type a media type
 * @returns {Kind}
 */
export function kindOf(type) {
  return KINDS.picture.types.includes(type) ? "picture" : "video";
}

/**
 * Returns the media type to announce: the browser's, which it takes from the ending of the name, or ours if it knows
 * none. The server finds the type in the bytes, so this only decides between picture and video.
 * @param {{name: string, type: string}} file
 * @returns {string} empty if it cannot be sent
 */
export function typeOf({ name, type }) {
  // Recordings have parameters.
  const plain = type.split(";", 1)[0].trim().toLowerCase();
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return [ALIASES[plain] ?? plain, ENDINGS[ending]].find((known) => TYPES.includes(known)) ?? "";
}

/**
 * @param {{name: string, type: string, size: number}} file
 * @returns {string | null} why it cannot be sent
 */
export function problem({ name, type: announced, size }) {
  const type = typeOf({ name, type: announced });
  if (type === "") {
    return `${name} cannot be sent. Pictures may be JPEG, PNG, WebP or GIF, videos MP4, WebM, QuickTime or 3GPP.`;
  }
  const { most, called } = KINDS[kindOf(type)];
  if (size === 0) return `${name} is empty.`;
  if (size > most) return `${name} has ${sizeOf(size)}. A ${called.toLowerCase()} may have ${sizeOf(most)}.`;
  return null;
}

/**
 * @param {string} name
 * @param {{naturalWidth: number, naturalHeight: number}} picture
 * @returns {string | null} why it cannot be sent, although its file can
 */
export function tooLarge(name, { naturalWidth, naturalHeight }) {
  const pixels = naturalWidth * naturalHeight;
  if (pixels <= MOST_PIXELS) return null;
  const inMillions = (/** @type {number} */ number) => Math.ceil(number / 1_000_000);
  return `${name} has ${inMillions(pixels)} megapixels. A photo may have ${inMillions(MOST_PIXELS)}.`;
}

/**
 * Turns the name of a file into one that the server takes.
 * @param {string} name
 */
export function nameOf(name) {
  const fit = name.toWellFormed().replace(UNFIT, "_") || "file";
  const ending = /\.[^.]{1,9}$/u.exec(fit)?.[0] ?? "";
  return cut(fit.slice(0, fit.length - ending.length), LONGEST_NAME - bytesOf(ending)) + ending || "file";
}

/**
 * Returns as many letters as have so many bytes, without a part of a letter with marks or of a composed emoji.
 * @param {string} text
 * @param {number} bytes
 */
function cut(text, bytes) {
  let end = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes -= bytesOf(segment);
    if (bytes < 0) break;
    end += segment.length;
  }
  return text.slice(0, end);
}

/** @param {string} text */
function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

/**
 * @param {number} bytes
 * @returns {string} such as 3.4 MB
 */
export function sizeOf(bytes) {
  if (bytes < MEGABYTE) return `${Math.ceil(bytes / 1024)} KB`;
  // Rounded up, so that a file above a limit never looks as if it were within.
  return `${Math.ceil(bytes / MEGABYTE * 10) / 10} MB`;
}

/**
 * @param {{attachment_picture?: Attachment | null, attachment_video?: Attachment | null}} message
 * @returns {{kind: Kind, attachment: Attachment}[]}
 */
export function attachmentsOf({ attachment_picture, attachment_video }) {
  /** @type {{kind: Kind, attachment: Attachment}[]} */
  const all = [];
  if (attachment_picture) all.push({ kind: "picture", attachment: attachment_picture });
  if (attachment_video) all.push({ kind: "video", attachment: attachment_video });
  return all;
}

/** @param {Kind} kind */
export function called(kind) {
  return KINDS[kind].called;
}

/**
 * Returns a message as one line of text.
 * @param {Message} message
 */
export function summary(message) {
  return calm(message.text) || attachmentsOf(message).map(({ kind }) => called(kind)).join(", ");
}
