// Shows the chat if there is a session, and the login if not.

import { Chat } from "./client/chat.js";
import { forgetInvite, takeInvite, takenInvite } from "./invite.js";
import { forgetSession, onSessionElsewhere, saveSession, savedSession } from "./client/session.js";
import { chatView } from "./views/chat.js";
import { invitation } from "./views/invitation.js";
import { loginView } from "./views/login.js";

const socketUrl = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=socket]")).content;

/** @type {Chat | null} */
let chat = null;

/** @param {string} [notice] why the login is shown */
function show(notice) {
  chat?.close();
  chat = null;
  const session = savedSession();
  document.title = "Chat";
  if (!session) {
    const enter = (/** @type {import("./client/session.js").Session} */ session) => {
      saveSession(session);
      show();
    };
    const invited = takenInvite() === null ? undefined : "Please log in, or create an account, to see the invitation.";
    document.body.replaceChildren(loginView(enter, notice ?? invited));
    document.querySelector("input")?.focus();
    return;
  }
  const entered = new Chat(session, socketUrl);
  chat = entered;
  let leaving = false;
  entered.addEventListener("end", () => {
    forgetSession(session);
    if (chat === entered) show(leaving ? "You have logged out." : "Your session has ended. Please log in again.");
  });
  const logOut = () => {
    leaving = true;
    // Before the call, because the server may be unreachable.
    forgetSession(session);
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

takeInvite();
addEventListener("hashchange", () => {
  if (takeInvite()) showInvitation();
});
onSessionElsewhere(() => show());
show();
