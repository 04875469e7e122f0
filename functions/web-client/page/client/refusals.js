// Refusals of the server in words: the only place that gives each code its sentence.

/** Codes whose detail names the field or the file that breaks a rule. */
const DETAILED = new Set(["invalid_request", "malformed_json", "attachment_invalid"]);

/** @type {Record<string, string>} */
const SENTENCES = {
  payload_too_large: "This is too large to be sent.",
  unsupported_encoding: "The server cannot read this.",
  unauthenticated: "Your session has ended. Please log in again.",
  invalid_credentials: "The name or the password is wrong.",
  wrong_password: "The current password is wrong.",
  wrong_address: "The service is at another address.",
  not_a_member: "You are not a member of this room any more.",
  not_the_sender: "Only the sender of a message can do this.",
  not_an_admin: "Only admins of this room can do this.",
  not_accepted: "This person cannot be added.",
  not_found: "This does not exist, or not any more.",
  room_not_found: "There is no such room. Some rooms can be entered only with an invitation.",
  session_not_found: "This device is logged out already.",
  message_not_found: "This message does not exist any more.",
  forwarded_too_often: "This message has been forwarded often, so it goes to one chat at a time.",
  client_id_reused: "This message was not sent. Please send it again.",
  user_not_found: "This person is not here any more.",
  invite_invalid: "This invitation is not valid, or not any more.",
  username_taken: "This name is taken.",
  owner_stays: "The owner of a room stays until they make somebody else the owner.",
  too_many_admins: "This room has 50 admins, the most that it can have.",
  too_many_deletions: "So many people have deleted this message for themselves that nobody else can.",
  too_many_reactions: "So many people have reacted to this message that nobody else can.",
  too_many_pins: "Three chats are pinned already. Unpin one of them first.",
  too_many_blocks: "You have blocked 1,000 people, the most that you can block.",
  room_full: "This room is full.",
  too_many_rooms: "Nobody can be in more than 500 rooms, and this would be one more.",
  too_late: "This message is too old for this.",
  message_deleted: "This message is deleted.",
  rate_limited: "That was too often.",
  room_busy: "Too much is being written in this room.",
  unavailable: "The server is busy.",
  internal: "Something went wrong on the server. Please try again later.",
};
/** The codes for answers of API Gateway, which have a status alone. @type {Record<number, string>} */
const OF_THE_GATEWAY = { 413: "payload_too_large", 429: "rate_limited" };
/** Codes of refusals that pass. */
const PASSING = new Set(["rate_limited", "room_busy", "unavailable"]);

/**
 * Returns the sentence for a refusal. API Gateway refuses without a code.
 * @param {{status: number, code?: string, detail?: string, retryAfter?: number}} refusal `retryAfter` in milliseconds
 */
export function inWords({ status, code = "", detail, retryAfter = 0 }) {
  if (detail && DETAILED.has(code)) return detail;
  const known = Object.hasOwn(SENTENCES, code) ? code : OF_THE_GATEWAY[status] ?? "";
  const sentence = SENTENCES[known] ?? detail ?? "The server has failed. Please try again later.";
  return PASSING.has(known) ? `${sentence} Please try again ${after(retryAfter)}.` : sentence;
}

/**
 * @param {number} milliseconds
 * @returns {string} such as "in 5 seconds"
 */
function after(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds === 0) return "in a moment";
  /** @type {[number, string]} */
  const [count, unit] = seconds < 120 ? [seconds, "second"]
    : seconds < 7_200 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3_600), "hour"];
  return `in ${count} ${unit}${count === 1 ? "" : "s"}`;
}
