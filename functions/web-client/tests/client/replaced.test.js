import assert from "node:assert/strict";
import { test } from "node:test";

import { SERVER, account, client, socketOf, until } from "./place.js";

test("a client whose socket is replaced says so, and comes back when it is asked", async (context) => {
  const name = await account("ann");
  const first = await client(name);
  context.after(() => first.close());
  await until(() => first.isOnline, "the socket opens");
  let replaced = 0;
  first.addEventListener("replaced", () => { replaced += 1; });
  const { session } = first;
  /** @type {WebSocket[]} */
  const sockets = [];
  context.after(() => sockets.forEach((socket) => socket.close()));
  for (let index = 0; index < 40 && replaced === 0; index += 1) {
    const socket = new WebSocket(socketOf(SERVER), ["bearer", session.token]);
    sockets.push(socket);
    await new Promise((resolve) => { socket.onopen = socket.onerror = () => resolve(undefined); });
    // The server replaces no socket of the last thirty seconds.
    if (index >= 15) await new Promise((resolve) => setTimeout(resolve, 2_500));
  }
  assert.deepEqual([replaced, first.isOnline], [1, false]);
  for (const socket of sockets.splice(0)) socket.close();
  first.resume();
  await until(() => first.isOnline, "the client is back");
});
