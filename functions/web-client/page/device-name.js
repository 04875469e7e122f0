// The name of this browser in the list of devices.

/** Parts of user agents, each before those that others contain as well. @type {[part: string, name: string][]} */
const BROWSERS = [
  ["Edg", "Edge"], ["OPR/", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"],
  ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"],
];
/** @type {[part: string, name: string][]} */
const SYSTEMS = [
  ["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["CrOS", "ChromeOS"], ["Windows", "Windows"],
  ["Mac OS", "Mac"], ["Linux", "Linux"],
];

/**
 * Returns a name such as `Firefox on Linux`.
 * @param {string} agent
 */
export function deviceName(agent) {
  const named = (/** @type {[part: string, name: string][]} */ names) =>
    names.find(([part]) => agent.includes(part))?.[1];
  return [named(BROWSERS) ?? "Browser", named(SYSTEMS)].filter(Boolean).join(" on ");
}
