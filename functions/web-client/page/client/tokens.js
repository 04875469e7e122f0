// The tokens of a session. They are refreshed before the access token expires, and once if the server refuses it. Of
// several tabs one refreshes, and the others take its tokens from the storage. Without locks each may refresh, and all
// get the same tokens, because the server answers a token that was just replaced with its successor.

import { sleep } from "./backoff.js";
import { Failure, call } from "./call.js";
import { keyOf } from "./session.js";

/** How long before its end an access token is replaced, in milliseconds: long enough to be offline meanwhile. */
const EARLY = 60 * 60_000;
/** Milliseconds between attempts by themselves. */
const AGAIN_AFTER = 5 * 60_000;

/**
 * @typedef {import("./session.js").Session} Session
 * @typedef {object} Place where the session is stored
 * @property {() => Session | null} load the stored session, which may be another one
 * @property {(session: Session) => void} save
 * @typedef {object} Means
 * @property {Place} [place] by default the tokens are in memory alone
 * @property {string} [server] the address of the REST API; by default that of the page
 * @property {string} [scope] the beginning of the names of locks, if they are shared with other servers
 * @property {AbortSignal} [signal] ends the refreshing by itself
 */

export class Tokens {
  #session;
  #means;
  /** @type {Promise<void> | null} */
  #refreshing = null;
  /** Whether the server has refused the refresh token. */
  #over = false;
  /** The time of the last attempt before the end of the access token. */
  #triedAt = -Infinity;

  /**
   * @param {Session} session
   * @param {Means} [means]
   */
  constructor(session, means = {}) {
    this.#session = session;
    this.#means = means;
    if (means.signal) void this.#keep(means.signal);
  }

  /** The session with its newest tokens. */
  get session() {
    return this.#session;
  }

  /** The newest access token, which may have expired. */
  get access() {
    return this.#session.token;
  }

  /**
   * A call with the access token. If the server refuses the token, it is refreshed, and the call is made once more.
   * @param {string} method
   * @param {string} path
   * @param {Omit<Parameters<typeof call>[2], "token">} options
   */
  async call(method, path, options) {
    if (this.#isDue()) await this.#renewEarly();
    const token = this.access;
    try {
      return await call(method, path, { ...options, token });
    } catch (failure) {
      if (!(failure instanceof Failure) || !failure.endsSession) throw failure;
      if (this.access === token) await this.#renew();
      if (this.access === token) throw failure;
      return call(method, path, { ...options, token: this.access });
    }
  }

  /** Refreshes before the access token expires, until the signal is aborted. @param {AbortSignal} signal */
  async #keep(signal) {
    while (this.#session.expires_at !== undefined && !this.#over) {
      await sleep(Math.max(AGAIN_AFTER, this.#session.expires_at - EARLY - Date.now()), signal);
      if (signal.aborted) return;
      if (this.#isDue()) await this.#renewEarly().catch(() => undefined);
    }
  }

  #isDue() {
    const { expires_at } = this.#session;
    if (expires_at === undefined || this.#over) return false;
    const now = Date.now();
    return now >= expires_at || (now >= expires_at - EARLY && now - this.#triedAt >= AGAIN_AFTER);
  }

  /** Renews the tokens. A failure that passes does not matter while the access token is valid. */
  async #renewEarly() {
    this.#triedAt = Date.now();
    try {
      await this.#renew();
    } catch (failure) {
      if (Date.now() >= (this.#session.expires_at ?? 0)) throw failure;
    }
  }

  /**
   * Renews the tokens, unless the session has ended. One call at a time.
   * @returns {Promise<void>}
   * @throws {Failure} that passes
   */
  #renew() {
    this.#refreshing ??= this.#alone(() => this.#exchange()).finally(() => { this.#refreshing = null; });
    return this.#refreshing;
  }

  /**
   * Runs a task in one tab at a time, if the browser can.
   * @param {() => Promise<void>} task
   * @returns {Promise<void>}
   */
  #alone(task) {
    const locks = typeof navigator === "object" ? navigator.locks : undefined;
    return locks ? locks.request(`${this.#means.scope ?? ""}refresh ${keyOf(this.#session)}`, task) : task();
  }

  async #exchange() {
    const { place, server } = this.#means;
    const before = this.#session;
    const stored = this.#stored();
    // Another tab has been faster.
    if (stored && (stored.expires_at ?? 0) > (before.expires_at ?? 0)) {
      this.#session = stored;
      return;
    }
    if (before.refresh_token === undefined || this.#over) return;
    try {
      const { json } = await call("POST", "/auth/refresh", { server, body: { refresh_token: before.refresh_token } });
      this.#session = { ...before, ...tokensOf(json) };
    } catch (failure) {
      if (!(failure instanceof Failure) || !failure.endsSession) throw failure;
      this.#over = true;
      return;
    }
    // The user may have logged out meanwhile.
    if (this.#stored()) place?.save(this.#session);
  }

  /** The stored session, if it is this one. */
  #stored() {
    const stored = this.#means.place?.load() ?? null;
    return stored && keyOf(stored) === keyOf(this.#session) ? stored : null;
  }
}

/**
 * The tokens in the answer to a login or a refresh.
 * @param {{access_token: string, refresh_token?: string, expires_in: number}} answer
 */
export function tokensOf({ access_token, refresh_token, expires_in }) {
  return { token: access_token, refresh_token, expires_at: Date.now() + expires_in * 1_000 };
}
