// Invite links: the code in the address of the page, which is kept until it has been shown.

/** The key in the storage. */
const KEY = "invite";
const FORM = /^#invite=([\w.-]{1,64})$/;

/**
 * Takes the code from the address, so that it is in neither a bookmark nor a screenshot. The storage of the tab keeps
 * it, because a login may come first.
 * @returns {boolean} whether there was one
 */
export function takeInvite() {
  if (!location.hash.startsWith("#invite=")) return false;
  // A code of another form is not valid, which the server says.
  sessionStorage.setItem(KEY, FORM.exec(location.hash)?.[1] ?? "invalid");
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

export function takenInvite() {
  return sessionStorage.getItem(KEY);
}

export function forgetInvite() {
  sessionStorage.removeItem(KEY);
}

/** @param {string} code */
export function linkOf(code) {
  return `${location.origin}${location.pathname}#invite=${code}`;
}
