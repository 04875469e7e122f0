// How long to wait before trying again.

const FIRST = 500;
const LONGEST = 15_000;

/**
 * Doubles with every attempt. Half of it is chance, so that those whom one failure has cut off do not come back at once.
 * @param {number} attempt 0 after the first failure
 * @returns {number} milliseconds
 */
export function backoff(attempt) {
  const whole = Math.min(LONGEST, FIRST * 2 ** attempt);
  return whole / 2 + (Math.random() * whole) / 2;
}

/**
 * Waits so long.
 * @param {number} attempt
 */
export function pause(attempt) {
  return new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
}
