// One call of the REST API, and the meaning of a failure.

import { inWords } from "./refusals.js";

/** Milliseconds; longer than the 30 s for which API Gateway waits for a function. */
const PATIENCE = 35_000;

/** A call that was refused or not answered. */
export class Failure extends Error {
  /**
   * @param {number} status 0 if no answer came
   * @param {string} code
   * @param {string} message for the user
   * @param {number} retryAfter milliseconds that the server asks for
   */
  constructor(status, code, message, retryAfter = 0) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  /** Whether the same call may succeed later. */
  get passes() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  /** Whether the token is no longer valid. */
  get endsSession() {
    return this.code === "unauthenticated";
  }
}

/**
 * @typedef {{server?: string, signal?: AbortSignal}} Target
 * `server`: the address of the REST API, without a slash at its end; by default that of the page. `signal` ends calls.
 */

/**
 * @param {string} method
 * @param {string} path on the server, or a whole address
 * @param {Target & {token?: string, body?: unknown}} options
 * @returns {Promise<{json: any, next: string | null}>} `next`: the address of the next page of a list
 */
export async function call(method, path, { token, body, server = "", signal }) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  let response, json;
  try {
    const patience = AbortSignal.timeout(PATIENCE);
    const ends = signal ? AbortSignal.any([patience, signal]) : patience;
    const content = body ? JSON.stringify(body) : null;
    const address = path.startsWith("/") ? server + path : path;
    response = await fetch(address, { method, headers, body: content, signal: ends, cache: "no-store" });
    json = await response.json();
  } catch (cause) {
    if (!response || response.ok) {
      throw Object.assign(new Failure(0, "unreachable", "The server cannot be reached."), { cause });
    }
  }
  if (!response.ok) {
    const { status } = response;
    // A proxy may send a date, which counts as 0.
    const retryAfter = 1_000 * (Number(response.headers.get("retry-after")) || 0);
    // A proxy may send a text of its own, and a connection may end within it.
    const { code = "unknown", detail } = Object(json);
    throw new Failure(status, code, inWords({ status, code, detail, retryAfter }), retryAfter);
  }
  const next = /<([^>]+)>; rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return { json, next: next === undefined ? null : new URL(next, response.url).href };
}

/** @param {string} server the address of a REST API */
export function withoutSlash(server) {
  return server.replace(/\/+$/, "");
}
