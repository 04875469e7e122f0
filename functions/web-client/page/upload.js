// A file on its way to where files are kept: a form that the server has signed, posted to the storage itself.

import { Failure } from "./call.js";

/** Longer than a phone takes from one mast to the next. */
const STALLED = 60_000;

/**
 * `fetch` does not tell how far it has come, `XMLHttpRequest` does.
 * @param {import("./api.js").Announced} announced
 * @param {Blob} file
 * @param {(part: number) => void} onprogress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function upload({ upload: { url, fields }, expires_in }, file, onprogress, signal) {
  const expires = Date.now() + 1_000 * expires_in;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // S3 ignores whatever follows the file.
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (/** @type {number} */ status) => {
      clearTimeout(timer);
      // Whoever was late asks for another form.
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
