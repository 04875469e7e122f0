// Uploads a file to S3, by a form that the server has signed.

import { Failure } from "./call.js";

/** Milliseconds without progress; longer than a phone needs to change its cell. */
const STALLED = 60_000;

/**
 * Uses `XMLHttpRequest` where there is one, because `fetch` does not report progress.
 * @param {import("./message-calls.js").Announced} announced
 * @param {Blob} file
 * @param {(part: number) => void} onprogress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function upload({ upload: { url, fields }, expires_in }, file, onprogress, signal) {
  const expires = Date.now() + 1_000 * expires_in;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // Last, because S3 ignores all fields after the file.
  form.append("file", file);
  if (typeof XMLHttpRequest === "undefined") return post(url, form, signal);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (/** @type {number} */ status) => {
      clearTimeout(timer);
      // An expired form is a failure that passes: the next attempt asks for another.
      const late = status === 403 && Date.now() >= expires;
      const detail = status === 0 ? "The file cannot be uploaded now." : "The storage has not taken the file.";
      reject(new Failure(late ? 0 : status, "upload_failed", detail));
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
    request.onload = () => {
      if (request.status < 200 || request.status > 299) return fail(request.status);
      clearTimeout(timer);
      resolve();
    };
    request.onerror = request.onabort = () => fail(0);
    request.open("POST", url);
    request.send(form);
    moves();
  });
}

/**
 * @param {string} url
 * @param {FormData} form
 * @param {AbortSignal} signal
 */
async function post(url, form, signal) {
  const response = await fetch(url, { method: "POST", body: form, signal }).catch(() => undefined);
  if (!response?.ok) throw new Failure(response?.status ?? 0, "upload_failed", "The file cannot be uploaded now.");
}
