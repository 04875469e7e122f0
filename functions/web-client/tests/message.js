// Messages, rooms, storage and files for the tests.

import { Shelf, memory } from "../page/client/storage.js";

/**
 * A message of room 1, from user 2 to user 1.
 * @param {number} sequence
 * @param {Partial<import("../page/client/timeline.js").Message>} [differences]
 * @returns {import("../page/client/timeline.js").Message}
 */
export function message(sequence, differences = {}) {
  return {
    id: 1000 + sequence, conversation: 1, sender: 2, receivers: [1], text: `text ${sequence}`,
    created_at: new Date(Date.UTC(2026, 0, 1, 12, 0, sequence)).toISOString(), sequence, client_id: null,
    edited_at: null, deleted_at: null, deleted_by: null, version: 1, reply_to: null, quoted: null, mentions: [],
    mentions_all: false, forwarded: null, reactions: [],
    ...differences,
  };
}

/**
 * A group of the users 1, 2 and 3.
 * @param {number} id
 * @param {Partial<import("../page/client/rooms.js").Room>} [differences]
 * @returns {import("../page/client/rooms.js").Room}
 */
export function room(id, differences = {}) {
  const members = differences.members ?? [1, 2, 3];
  return {
    id, members, members_count: members.length, type: "group", name: `Room ${id}`, description: "", picture: null,
    max_members: 1024, access: "invite", history: "joined", owner: 1, admins: [], role: "owner",
    only_admins: { send: false, edit: false, add: false }, peer: null, changes: 0, created_by: 1,
    created_at: "2026-01-01T00:00:00.000Z", updated_at: `2026-01-01T00:00:0${id}.000Z`, unread: 0, last_message: null,
    first_unread: null, mentioned: false, muted_until: null, archived: false, pinned: false, marked_unread: false,
    draft: null, cleared_at: null, settings_version: 0,
    ...differences,
  };
}

/** Changes that nobody makes. */
export const NO_CHANGES = {
  during: (/** @type {number} */ _, /** @type {() => Promise<void>} */ task) => task(),
  note: () => undefined, hear: () => undefined, forget: () => undefined,
  fetch: async () => undefined,
};

/** Rooms whose new messages nobody waits for. */
export const NO_FEED = { hear: () => undefined, expect: async () => undefined, forget: () => undefined };

/** Runs all pending promises. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A storage of a page. */
export function storage() {
  return new Shelf(memory());
}

/** Files in memory. */
export function files() {
  /** @type {Map<string, Blob>} */
  const kept = new Map();
  return {
    kept,
    add: async (/** @type {string} */ key, /** @type {Blob} */ file) => { kept.set(key, file); return true; },
    get: async (/** @type {string} */ key) => kept.get(key),
    remove: async (/** @type {string} */ key) => { kept.delete(key); },
    clear: async () => kept.clear(),
    sweep: async (/** @type {() => Set<string>} */ needed) => {
      for (const key of kept.keys()) if (!needed().has(key)) kept.delete(key);
    },
  };
}
