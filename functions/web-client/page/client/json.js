// Values that may be damaged: those of a storage, which anything can write, and those of a socket. Pure.

/**
 * Returns the value of a text of JSON, or null without a text, and for a damaged one.
 * @param {string | null} text
 * @returns {any}
 */
export function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/**
 * Returns whether an object has fields of these types.
 * @param {any} object
 * @param {Record<string, string>} fields
 */
export function has(object, fields) {
  return typeof object === "object" && object !== null
    && Object.entries(fields).every(([name, type]) => typeof object[name] === type);
}
