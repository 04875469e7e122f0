// Accounts: how they begin, and how a session begins.

import { logIn, register as create } from "./api.js";
import { withoutSlash } from "./call.js";
import { Client } from "./client.js";
import { Shelf, memory, scopeOf } from "./storage.js";

/**
 * Creates an account.
 * @param {{server: string, username: string, password: string}} account
 * @throws {import("./call.js").Failure}
 */
export async function register({ server, username, password }) {
  await create(username, password, { server: withoutSlash(server) });
}

/**
 * Signs in, and connects.
 * @param {import("./client.js").Server & {username: string, password: string, device?: string}} account `device`: its
 *   name in the list of sessions
 * @returns {Promise<Client>}
 * @throws {import("./call.js").Failure}
 */
export async function signIn({ username, password, device, storage = memory(), ...place }) {
  const server = withoutSlash(place.server);
  const session = await logIn(username, password, new Shelf(storage, scopeOf(server)), { server, device });
  return new Client({ ...place, storage, session });
}
