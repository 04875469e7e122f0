// Uploads a file to S3, by a form that the server has signed.

import { Failure } from "./call.js";

/** Milliseconds without progress; longer than a phone needs to change its cell. */
const STALLED = 60_000;
/** Bytes that a slow line of a phone carries in this time, with much to spare. */
const LEAST = 1024 * 1024;

/**
 * Uses `XMLHttpRequest` where there is one, because `fetch` does not report progress.
 * @param {import("./message-calls.js").Announced} announced
 * @param {Blob} file
 * @param {(part: number) => void} onprogress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function upload({ upload: { url, fields }, expires_in }, file, onprogress, signal) {
  const expires = Date.now() + 1_000 * expires_in;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Last, because S3 ignores all fields after the file.
  form.append("file", file);
  const status = typeof XMLHttpRequest === "undefined"
    ? await post(url, form, STALLED * (1 + file.size / LEAST), signal)
    : await postVisibly(url, form, onprogress, signal);
  if (status >= 200 && status <= 299) return;
  // An expired form is a failure that passes: the next attempt asks for another.
  const late = status === 403 && Date.now() >= expires;
  const detail = status === 0 ? "The file cannot be uploaded now." : "The storage has not taken the file.";
  throw new Failure(late ? 0 : status, "upload_failed", detail);
}

/**
 * Posts a form, and gives up if it stands still.
 * @param {string} url
 * @param {FormData} form
 * @param {(part: number) => void} onprogress
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the status, or 0 without an answer
 */
function postVisibly(url, form, onprogress, signal) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const ends = (/** @type {number} */ status) => {
      clearTimeout(timer);
      resolve(status);
    };
    const moves = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), STALLED);
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    signal.addEventListener("abort", () => request.abort());
    request.upload.onprogress = ({ loaded, total }) => {
      moves();
      onprogress(loaded / total);
    };
    request.onload = () => ends(request.status);
    request.onerror = request.onabort = () => ends(0);
    request.open("POST", url);
    request.send(form);
    moves();
  });
}

/**
 * Posts a form, and gives up after a time.
 * @param {string} url
 * @param {FormData} form
 * @param {number} within milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<number>} the status, or 0 without an answer
 */
async function post(url, form, within, signal) {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), within);
  try {
    const { status } = await fetch(url, { method: "POST", body: form, signal: AbortSignal.any([signal, late.signal]) });
    return status;
  } catch {
    return 0;
  } finally {
    clearTimeout(timer);
  }
}
