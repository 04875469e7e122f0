// Waiting times between attempts.

/** Milliseconds. */
const FIRST = 500;
/** Milliseconds. */
const LONGEST = 15_000;

/**
 * Returns a time that doubles with every attempt. Half of it is random, so that clients that one failure cut off do not
 * all come back together.
 * @param {number} attempt 0 after the first failure
 * @returns {number} milliseconds
 */
export function backoff(attempt) {
  const whole = Math.min(LONGEST, FIRST * 2 ** attempt);
  return whole / 2 + (Math.random() * whole) / 2;
}

/**
 * Waits for a backoff.
 * @param {number} attempt
 * @param {AbortSignal} [signal] ends the wait
 */
export function pause(attempt, signal) {
  return sleep(backoff(attempt), signal);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the wait
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });
}
