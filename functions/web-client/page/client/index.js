// What programs import: README.md describes it.

export { Client, register, signIn } from "./client.js";
export { Failure } from "./call.js";

/**
 * @typedef {import("./events.js").ClientEvents} ClientEvents
 * @typedef {import("./client.js").Extras} Extras
 * @typedef {import("./client.js").Session} Session
 * @typedef {import("./client.js").Store} Store
 * @typedef {import("./client.js").Message} Message
 * @typedef {import("./client.js").Room} Room
 */
