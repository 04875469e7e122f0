// One socket for all rooms. It reconnects after every failure, moves to a new connection before API Gateway cuts the
// old one at two hours, and checks the connection after the machine has slept. After the server has replaced it by
// another socket of the user, it waits for the user, because the windows would replace each other without end. Times are
// in milliseconds.

import { parsed } from "./json.js";

/** Well below the ten minutes after which API Gateway ends an idle socket. */
const PING_EVERY = 240_000;
/** How long an answer to a ping may take. */
const PONG_WITHIN = 10_000;
/** How long a handshake may take. */
const OPEN_WITHIN = 20_000;
/** How long a connection must live before the next failure counts as the first. */
const LIVED = 30_000;
/** How often the other times are checked. */
const TICK = 20_000;
/** Timers of a background tab run once a minute. A longer pause between ticks means that the machine has slept. */
const SLEPT = 150_000;
/** With the spread, ten minutes below the two hours after which API Gateway cuts a connection. */
const RENEW_AFTER = 100 * 60_000;
/** Random, so that clients that connected together, after an outage, do not renew together. */
const RENEW_SPREAD = 10 * 60_000;
/** How long until a renewal that failed is tried again. */
const RENEW_AGAIN_AFTER = 60_000;

/**
 * @typedef {object} Means
 * @property {() => WebSocket} dial
 * @property {(attempt: number) => number} backoff
 * @property {(event: any) => void} onevent
 * @property {() => void} onopen earlier events may be lost and must be fetched
 * @property {(wasOpen: boolean) => void} onlost the connection is lost or replaced, or an attempt has failed
 */

export class Socket {
  #means;
  /** @type {WebSocket | null} */
  #open = null;
  /** @type {WebSocket | null} */
  #opening = null;
  #attempt = 0;
  #openedAt = 0;
  #ended = false;
  #replaced = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #deadline;
  /** @type {ReturnType<typeof setInterval>} */
  #ticker;
  #ticked = Date.now();
  #pinged = Date.now();
  #renewAt = Infinity;

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
    this.#ticker = setInterval(() => this.#tick(), TICK);
    this.#connect();
  }

  get isOpen() {
    return this.#open !== null;
  }

  /** Whether it waits for the user, because the server has replaced it. */
  get isReplaced() {
    return this.#replaced;
  }

  /**
   * Sends a frame if there is a connection. Only for frames that may be lost.
   * @param {unknown} frame
   */
  send(frame) {
    this.#open?.send(JSON.stringify(frame));
  }

  /** Pings the connection, or dials now if there is none. Called if either may have changed. */
  check() {
    if (this.#open) this.#ping(this.#open);
    else if (!this.#opening && !this.#replaced) this.#connect();
  }

  /** Connects again if the server has replaced it. Called when the user turns to the page. */
  resume() {
    if (!this.#replaced) return;
    this.#replaced = false;
    this.#connect();
  }

  end() {
    this.#ended = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    for (const socket of [this.#open, this.#opening]) if (socket) abandon(socket);
    this.#open = this.#opening = null;
  }

  #connect() {
    clearTimeout(this.#retry);
    const socket = this.#means.dial();
    this.#opening = socket;
    const timer = setTimeout(() => this.#lose(socket), OPEN_WITHIN);
    socket.onopen = () => {
      clearTimeout(timer);
      if (this.#open) abandon(this.#open);
      this.#open = socket;
      this.#opening = null;
      this.#openedAt = Date.now();
      this.#pinged = Date.now();
      this.#renewAt = Date.now() + RENEW_AFTER + Math.random() * RENEW_SPREAD;
      this.#means.onopen();
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
      const event = Object(parsed(data));
      if (event.type === "replaced") this.#yield(socket);
      else this.#means.onevent(event);
    };
    socket.onclose = () => {
      clearTimeout(timer);
      this.#lose(socket);
    };
  }

  /** Gives up a connection that the server has replaced, unless by the next one of this page. @param {WebSocket} socket */
  #yield(socket) {
    this.#replaced = !this.#opening;
    this.#lose(socket);
  }

  /** @param {WebSocket} socket */
  #lose(socket) {
    abandon(socket);
    const wasOpen = socket === this.#open;
    if (socket === this.#opening) this.#opening = null;
    if (wasOpen) {
      this.#open = null;
      // Not when it opens: a server that cuts every connection at once would be dialled without a pause.
      if (Date.now() - this.#openedAt >= LIVED) this.#attempt = 0;
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    }
    if (this.#open || this.#ended) return;
    this.#means.onlost(wasOpen);
    clearTimeout(this.#retry);
    if (this.#opening || this.#replaced) return;
    this.#retry = setTimeout(() => this.#connect(), this.#means.backoff(this.#attempt));
    this.#attempt += 1;
  }

  /** @param {WebSocket} socket */
  #ping(socket) {
    this.#pinged = Date.now();
    this.send({ type: "ping" });
    this.#deadline ??= setTimeout(() => this.#lose(socket), PONG_WITHIN);
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.#ticked > SLEPT;
    this.#ticked = now;
    if (slept || now - this.#pinged >= PING_EVERY) this.check();
    if (this.#open && !this.#opening && now >= this.#renewAt) {
      this.#renewAt = now + RENEW_AGAIN_AFTER;
      this.#connect();
    }
  }
}

/** Closes a socket and ignores its events. @param {WebSocket} socket */
function abandon(socket) {
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.close();
}
