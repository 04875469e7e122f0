import assert from "node:assert/strict";
import { test } from "node:test";

import { Socket } from "../page/client/socket.js";

const MINUTE = 60_000;

/** A WebSocket with the test at its other end. */
class Line {
  /** @type {any[]} */
  sent = [];
  closed = false;
  /** @type {(() => void) | null} */
  onopen = null;
  /** @type {((event: {data: string}) => void) | null} */
  onmessage = null;
  /** @type {(() => void) | null} */
  onclose = null;

  /** @param {string} frame */
  send(frame) {
    this.sent.push(JSON.parse(frame));
  }

  close() {
    this.closed = true;
  }

  /** @param {unknown} event */
  hears(event) {
    this.onmessage?.({ data: JSON.stringify(event) });
  }
}

/** @param {import("node:test").TestContext} context */
function line(context) {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
  /** @type {Line[]} */
  const dialled = [];
  /** @type {any[]} */
  const heard = [];
  const told = { opened: 0, lost: 0, failed: 0 };
  const socket = new Socket({
    dial: () => {
      const line = new Line();
      dialled.push(line);
      return /** @type {any} */ (line);
    },
    backoff: (attempt) => 1_000 * 2 ** attempt,
    onevent: (event) => heard.push(event),
    onopen: () => { told.opened += 1; },
    onlost: (wasOpen) => {
      told.lost += 1;
      if (!wasOpen) told.failed += 1;
    },
  });
  context.after(() => socket.end());
  const last = () => /** @type {Line} */ (dialled.at(-1));
  /** Passes minutes one by one, and answers pings. @param {number} minutes */
  const pass = (minutes) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      context.mock.timers.tick(MINUTE);
      last().hears({ type: "pong" });
    }
  };
  /** Passes time until another line is dialled. */
  const dials = () => {
    const before = dialled.length;
    for (let minute = 0; minute < 15 && dialled.length === before; minute += 1) pass(1);
    assert.equal(dialled.length, before + 1);
  };
  const tick = (/** @type {number} */ time) => context.mock.timers.tick(time);
  return { socket, dialled, heard, dials, told, last, pass, tick };
}

test("a frame that is no event ends neither the connection nor the program", (context) => {
  const { last, heard, told } = line(context);
  last().onopen?.();
  for (const data of ["{", "", "null", "7"]) last().onmessage?.({ data });
  last().hears({ type: "pong" });
  assert.deepEqual([heard.at(-1), told.lost], [{ type: "pong" }, 0]);
});

test("a lost connection is not taken for a handshake that has failed", (context) => {
  const { told, last, tick } = line(context);
  last().onclose?.();
  tick(1_000);
  last().onopen?.();
  last().onclose?.();
  assert.deepEqual(told, { opened: 1, lost: 2, failed: 1 });
});

test("a lost connection is dialled again, later and later, until it opens", (context) => {
  const { dialled, told, last, tick } = line(context);
  for (const wait of [1_000, 2_000, 4_000]) {
    last().onclose?.();
    tick(wait - 1);
    const before = dialled.length;
    tick(1);
    assert.equal(dialled.length, before + 1);
  }
  last().onopen?.();
  assert.deepEqual(told, { opened: 1, lost: 3, failed: 3 });
  tick(30_000);
  last().onclose?.();
  tick(1_000);
  assert.equal(dialled.length, 5);
});

test("connections that are cut at once are dialled less and less often", (context) => {
  const { dialled, last, tick } = line(context);
  for (const wait of [1_000, 2_000, 4_000, 8_000]) {
    last().onopen?.();
    tick(100);
    last().onclose?.();
    const before = dialled.length;
    tick(wait - 1);
    assert.equal(dialled.length, before);
    tick(1);
    assert.equal(dialled.length, before + 1);
  }
});

test("a connection that neither opens nor fails is given up", (context) => {
  const { dialled, tick } = line(context);
  tick(20_000);
  assert.equal(dialled[0].closed, true);
  tick(1_000);
  assert.equal(dialled.length, 2);
});

test("silence never reaches ten minutes", (context) => {
  const { last, pass } = line(context);
  last().onopen?.();
  pass(9);
  assert.deepEqual(last().sent, [{ type: "ping" }, { type: "ping" }]);
});

test("a dead connection is found out by a ping, and a slow one forgiven", (context) => {
  const { socket, dialled, last, told, tick } = line(context);
  last().onopen?.();
  socket.check();
  tick(9_000);
  last().hears({ type: "typing" });
  tick(9_000);
  assert.equal(socket.isOpen, true);
  socket.check();
  tick(10_000);
  assert.deepEqual([socket.isOpen, dialled[0].closed, told.lost], [false, true, 1]);
});

test("it moves to a new connection before the two-hour cut, and is never without one", (context) => {
  const { socket, dialled, dials, heard, last, pass, told } = line(context);
  last().onopen?.();
  pass(99);
  assert.equal(dialled.length, 1);
  dials();
  const [old, next] = dialled;
  assert.deepEqual([old.closed, socket.isOpen], [false, true]);
  old.hears({ type: "message" });
  next.onopen?.();
  assert.deepEqual([old.closed, socket.isOpen, told.lost], [true, true, 0]);
  next.hears({ type: "message" });
  assert.equal(heard.filter(({ type }) => type === "message").length, 2);
});

test("a renewal that fails is tried again while the old connection lasts", (context) => {
  const { socket, dials, last, pass, told } = line(context);
  last().onopen?.();
  pass(99);
  dials();
  last().onclose?.();
  assert.deepEqual([socket.isOpen, told.lost], [true, 0]);
  dials();
});

test("after sleep it looks whether it is still connected", (context) => {
  const { last, tick } = line(context);
  last().onopen?.();
  context.mock.timers.setTime(Date.now() + 3 * MINUTE);
  tick(20_000);
  assert.deepEqual(last().sent, [{ type: "ping" }]);
});

test("reason to hope ends the waiting, and does not dial twice", (context) => {
  const { socket, dialled, last } = line(context);
  last().onclose?.();
  socket.check();
  socket.check();
  assert.equal(dialled.length, 2);
});

test("a connection that was replaced is dialled again when the user turns to the page, and not before", (context) => {
  const { socket, dialled, heard, last, told, tick } = line(context);
  last().onopen?.();
  last().hears({ type: "replaced" });
  assert.deepEqual([socket.isOpen, socket.isReplaced, dialled[0].closed, told.lost], [false, true, true, 1]);
  tick(60 * MINUTE);
  socket.check();
  assert.equal(dialled.length, 1);
  socket.resume();
  socket.resume();
  assert.deepEqual([dialled.length, socket.isReplaced], [2, false]);
  // The new one may be refused at first.
  last().onclose?.();
  tick(1_000);
  last().onopen?.();
  assert.deepEqual([dialled.length, socket.isOpen, heard], [3, true, []]);
  socket.resume();
  assert.equal(dialled.length, 3);
});

test("a connection that is replaced by its own renewal is followed by it", (context) => {
  const { socket, dialled, dials, last, pass, told, tick } = line(context);
  last().onopen?.();
  pass(99);
  dials();
  dialled[0].hears({ type: "replaced" });
  assert.deepEqual([socket.isReplaced, told.lost], [false, 1]);
  tick(5_000);
  assert.equal(dialled.length, 2);
  last().onopen?.();
  assert.deepEqual([socket.isOpen, told.opened], [true, 2]);
});

test("at the end nothing is left that could dial", (context) => {
  const { socket, dialled, last, tick } = line(context);
  last().onclose?.();
  socket.end();
  tick(10 * MINUTE);
  assert.equal(dialled.length, 1);
});
