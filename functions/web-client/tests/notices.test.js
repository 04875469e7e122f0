import assert from "node:assert/strict";
import { test } from "node:test";

import { Notices, line } from "../page/client/notices.js";
import { message, room } from "./message.js";

const ME = 1;
const NAMES = ["", "ann", "bob", "cem"];

/** @param {Notices} notices */
function lines(notices) {
  return notices.of(1).map((notice) => line(notice, (user) => NAMES[user], ME));
}

/** The lines for one change of room 1. @param {Partial<import("../page/client/rooms.js").Room>[]} states */
function changed(...states) {
  const notices = new Notices();
  const rooms = states.map((state) => room(1, state));
  rooms.slice(1).forEach((after, place) => notices.changed(rooms[place], after));
  return lines(notices);
}

test("who came and went is said as people say it", () => {
  const notices = new Notices();
  notices.add(room(1), { what: "joined", user: 2 });
  notices.add(room(1), { what: "left", user: 2 });
  notices.add(room(1), { what: "left", user: 3, by: 2 });
  notices.add(room(1), { what: "joined", user: 2 });
  notices.add(room(1), { what: "left", user: 2, by: ME });
  notices.add(room(1), { what: "invited", user: 3 });
  assert.deepEqual(lines(notices), ["bob joined", "bob left", "cem was removed by bob", "bob joined", "You removed bob",
    "cem was invited"]);
});

test("an event that is pushed twice is one line", () => {
  const notices = new Notices();
  for (const user of [2, 3, 2, 3]) notices.add(room(1), { what: "joined", user });
  notices.changed(room(1), room(1));
  notices.add(undefined, { what: "joined", user: 4 });
  assert.deepEqual(lines(notices), ["bob joined", "cem joined"]);
});

test("a line is below the message that was the last", () => {
  const notices = new Notices();
  notices.add(room(1), { what: "joined", user: 2 });
  notices.add(room(1, { last_message: message(7) }), { what: "joined", user: 3 });
  assert.deepEqual(notices.of(1).map(({ after }) => after), [0, message(7).id]);
  assert.equal(new Set(notices.of(1).map(({ key }) => key)).size, 2);
  notices.forget(1);
  assert.deepEqual(notices.of(1), []);
});

test("each setting that differs has its line", () => {
  const picture = {
    id: "1", url: "https://bucket.example/1", content_type: "image/png", size: 1, name: "a", expires_at: "2026-01-01",
  };
  assert.deepEqual(changed({}, { name: "Garden", description: "Plants" }),
    ["The name is now Garden", "The description was changed"]);
  assert.deepEqual(changed({}, { picture }, { picture: { ...picture, url: "https://bucket.example/2" } }, {}),
    ["The picture was changed", "The picture was removed"]);
  assert.deepEqual(changed({}, { access: "open" }, { access: "invite" }),
    ["Everybody who knows the room number can join now", "Only invited people can join now"]);
  assert.deepEqual(changed({}, { history: "all" }, {}),
    ["New members now see earlier messages", "New members no longer see earlier messages"]);
  const only_admins = { send: true, edit: false, add: false };
  assert.deepEqual(changed({}, { only_admins }, {}),
    ["Only admins can send messages now", "All members can send messages now"]);
});

test("a new owner is one line, whatever becomes of the old one", () => {
  assert.deepEqual(changed({ owner: 2, admins: [3] }, { owner: 3, admins: [2] }), ["cem is now the owner"]);
  assert.deepEqual(changed({ owner: 2 }, { owner: ME }), ["You are now the owner"]);
});

test("admins come and go, and who has left does not stop being one", () => {
  assert.deepEqual(changed({ owner: 3 }, { owner: 3, admins: [ME, 2] }, { owner: 3, admins: [2] }),
    ["You are now an admin", "bob is now an admin", "You are no longer an admin"]);
  const notices = new Notices();
  notices.add(room(1), { what: "left", user: 2 });
  notices.changed(room(1, { admins: [2] }), room(1, { admins: [] }));
  assert.deepEqual(lines(notices), ["bob left"]);
});
