// Shows the chat if there is a session, and the login if not.

import { watch } from "./attention.js";
import { Chat } from "./client/chat.js";
import { ChatDatabase } from "./client/chat-database.js";
import { forgetOthers } from "./client/leftovers.js";
import { ownerOf } from "./client/persistence.js";
import { KEY, forgetSession, keyOf, saveSession, savedSession } from "./client/session.js";
import { Shelf, memory } from "./client/storage.js";
import { forgetInvite, takeInvite, takenInvite } from "./invite.js";
import { chatView } from "./views/chat.js";
import { invitation } from "./views/invitation.js";
import { loginView } from "./views/login.js";

const socketUrl = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=socket]")).content;
const storage = new Shelf(browserStorage());
const database = new ChatDatabase("chats");

/** @type {Chat | null} */
let chat = null;

/** @param {string} [notice] why the login is shown */
function show(notice) {
  chat?.close();
  chat = null;
  const session = savedSession(storage);
  document.title = "Chat";
  if (!session) {
    // The page may have ended before it could do so at the logout. Another tab may log in meanwhile.
    const isAnothers = (/** @type {string | undefined} */ owner) => {
      const saved = savedSession(storage);
      return !saved || owner !== ownerOf(keyOf(saved));
    };
    void database.clear(isAnothers).catch(() => undefined);
    const enter = (/** @type {import("./client/session.js").Session} */ session) => {
      saveSession(storage, session);
      show();
    };
    const invited = takenInvite() === null ? undefined : "Please log in, or create an account, to see the invitation.";
    document.body.replaceChildren(loginView(storage, enter, notice ?? invited));
    document.querySelector("input")?.focus();
    return;
  }
  forgetOthers(storage, session.id);
  const place = {
    load: () => savedSession(storage),
    save: (/** @type {import("./client/session.js").Session} */ newest) => saveSession(storage, newest),
  };
  const entered = new Chat(session, { socket: socketUrl, storage, place, database, watch });
  chat = entered;
  let leaving = false;
  entered.addEventListener("end", () => {
    forgetSession(storage, session);
    if (chat === entered) show(leaving ? "You have logged out." : "Your session has ended. Please log in again.");
  });
  const logOut = () => {
    leaving = true;
    // Before the call, because the server may be unreachable.
    forgetSession(storage, session);
    void entered.logOut();
  };
  document.body.replaceChildren(chatView(entered, logOut));
  showInvitation();
}

function showInvitation() {
  const code = takenInvite();
  if (!chat || code === null) return;
  // Kept until the dialog is closed, because the session may turn out to have ended.
  invitation(chat, code, { open: (room) => (location.hash = `#${room}`), onclose: forgetInvite });
}

/** Returns the storage of the browser, which some private modes deny. */
function browserStorage() {
  try {
    return localStorage;
  } catch {
    return memory();
  }
}

takeInvite();
addEventListener("hashchange", () => {
  if (takeInvite()) showInvitation();
});
// Another tab has logged in or out, unless it has only refreshed the tokens.
addEventListener("storage", ({ key }) => {
  if (key !== KEY && key !== null) return;
  const saved = savedSession(storage);
  if (!chat || !saved || keyOf(saved) !== keyOf(chat.session)) show();
});
show();
