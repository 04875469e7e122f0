// What programs import: README.md describes it.

export { register, signIn } from "./account.js";
export { Failure } from "./call.js";
export { Client } from "./client.js";

/**
 * @typedef {import("./events.js").ClientEvents} ClientEvents
 * @typedef {import("./client.js").Extras} Extras
 * @typedef {import("./client.js").Session} Session
 * @typedef {import("./client.js").Store} Store
 * @typedef {import("./client.js").Message} Message
 * @typedef {import("./client.js").Room} Room
 */
