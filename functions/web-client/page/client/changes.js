// The numbers of changes: up to which number the page knows all changes of each room, and the fetching of missed ones.

import { pause, sleep } from "./backoff.js";

/**
 * Milliseconds between two fetches of a room. While a hundred people react to a message, not every reaction can be
 * applied without a fetch.
 */
const PACE = 1_000;
/** Attempts after which the wait for a change on its way stops growing. The server waits 15 s for one. */
const SLOWS_DOWN = 3;

/**
 * @typedef {import("./timeline.js").Message} Message
 * @typedef {object} Means
 * @property {Pick<import("./api.js").Api, "changes">} api
 * @property {(message: Message) => void} apply takes the state of a message that has changed
 * @property {(room: number) => Promise<void>} reset lists the messages of a room anew
 * @property {AbortSignal} signal ends the fetching
 * @typedef {{known: number, heard: number, fetching: boolean, fetchedAt: number}} Numbers
 * `known`: all changes up to it are applied; `heard`: the newest
 */

export class Changes {
  #means;
  /** @type {Map<number, Numbers>} */
  #rooms = new Map();

  /** @param {Means} means */
  constructor(means) {
    this.#means = means;
  }

  /** The number up to which all changes of a room are applied, if there is one. @param {number} room */
  known(room) {
    return this.#rooms.get(room)?.known;
  }

  /**
   * Takes the number from which a room goes on. Messages that are listed later have all changes up to it.
   * @param {number} room
   * @param {number} change
   * @param {number} newest the newest number of the room
   */
  begin(room, change, newest) {
    const numbers = this.#begin(room, change);
    numbers.known = change;
    numbers.heard = Math.max(change, newest);
  }

  /**
   * Takes the number up to which the changes after another one are applied.
   * @param {number} room
   * @param {number} after
   * @param {number} change
   * @param {number} newest the newest number of the room
   */
  advance(room, after, change, newest) {
    this.note(room, newest);
    const numbers = this.#rooms.get(room);
    // Messages may have been loaded meanwhile, which lack changes before.
    if (numbers && numbers.known >= after) numbers.known = Math.max(numbers.known, change);
  }

  /**
   * Takes the number of a change that an event has brought.
   * @param {number} room
   * @param {number} change
   * @param {() => boolean} [apply] applies the event, if no change before it is missing; false if it cannot be applied
   */
  hear(room, change, apply = () => true) {
    const numbers = this.#rooms.get(room);
    if (!numbers || change <= numbers.known) return;
    numbers.heard = Math.max(numbers.heard, change);
    if (change === numbers.known + 1 && !numbers.fetching && apply()) numbers.known = change;
  }

  /** Takes the newest number of a room, which an event names. @param {number} room @param {number} newest */
  note(room, newest) {
    const numbers = this.#rooms.get(room);
    if (numbers) numbers.heard = Math.max(numbers.heard, newest);
  }

  /**
   * Runs a task that loads messages, and then fetches the changes that were applied meanwhile: the loaded messages may
   * be without them. If the room has no number yet, the server has one that the messages will have.
   * @param {number} room
   * @param {() => Promise<void>} task
   */
  async during(room, task) {
    const before = this.#rooms.get(room)?.known ?? await this.#settled(room);
    await task();
    const numbers = this.#rooms.get(room);
    if (!numbers) return;
    numbers.known = Math.min(numbers.known, before);
    await this.fetch(room);
  }

  /** Fetches the changes of a room that are missing. @param {number} room */
  async fetch(room) {
    const { api, signal } = this.#means;
    const numbers = this.#rooms.get(room);
    if (!numbers || numbers.fetching || numbers.known >= numbers.heard) return;
    numbers.fetching = true;
    try {
      const wait = numbers.fetchedAt + PACE - Date.now();
      if (wait > 0) await sleep(wait, signal);
      for (let waited = 0; numbers.known < numbers.heard && !signal.aborted; ) {
        const after = numbers.known;
        const { changed, change, more, reset } = await api.changes(room, after);
        for (const message of changed) this.#means.apply(message);
        // Messages were loaded meanwhile, which may lack changes before.
        if (numbers.known < after) continue;
        if (reset) await this.#means.reset(room);
        numbers.known = Math.max(numbers.known, change);
        if (more || numbers.known >= numbers.heard) continue;
        await pause(Math.min(waited, SLOWS_DOWN), signal);
        waited += 1;
      }
    } finally {
      numbers.fetching = false;
      numbers.fetchedAt = Date.now();
    }
  }

  /** @param {number} room */
  forget(room) {
    this.#rooms.delete(room);
  }

  /** Returns the number up to which no change is on its way. @param {number} room */
  async #settled(room) {
    const { change } = await this.#means.api.changes(room);
    this.#begin(room, change);
    return change;
  }

  /**
   * Returns the numbers of a room, which begin with a number if there are none.
   * @param {number} room
   * @param {number} number
   */
  #begin(room, number) {
    const numbers = this.#rooms.get(room) ?? { known: number, heard: number, fetching: false, fetchedAt: 0 };
    this.#rooms.set(room, numbers);
    return numbers;
  }
}
