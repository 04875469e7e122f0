// The dialog that begins a conversation.

import { namesIn } from "../client/text.js";
import { choice, modal } from "./modal.js";

/**
 * @typedef {import("../client/chat.js").Chat} Chat
 */

/**
 * @param {Chat} chat
 * @param {(room: number) => void} open
 */
export function newConversation(chat, open) {
  const dialog = modal("New conversation");
  const begin = async (/** @type {() => Promise<number>} */ task) => {
    const room = await task();
    dialog.close();
    open(room);
  };
  dialog.append(
    choice("Write to somebody", [["Their name", "person", {}]], "Start chat", ([person]) =>
      begin(() => chat.directs.open(person))),
    choice(
      "Make a group",
      [
        ["Name of the group", "group", {}],
        ["Members, separated by commas", "members", { required: false }],
      ],
      "Make group",
      ([name, members]) => begin(() => chat.membership.createGroup(name, namesIn(members))),
    ),
    choice(
      "Join with a number",
      [["Number of the room", "number", { inputmode: "numeric", pattern: "[0-9]+" }]],
      "Join",
      ([number]) => begin(async () => {
        await chat.membership.join(Number(number));
        return Number(number);
      }),
    ),
  );
  dialog.showModal();
}
