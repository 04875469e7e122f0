// People who chat by the library through the local runtime, over a line that can break.

import { connect, createServer } from "node:net";

import { register, signIn } from "chat-client";

/** Set by infra/scripts/client. */
export const SERVER = process.env.SERVER ?? "http://127.0.0.1:8000";
const PASSWORD = "correct horse battery";

let count = 0;

/**
 * Creates an account with a name that nobody has.
 * @param {string} name
 */
export async function account(name) {
  count += 1;
  const username = `${name}${process.pid}x${count}`;
  await register({ server: SERVER, username, password: PASSWORD });
  return { username, password: PASSWORD };
}

/**
 * Signs in, over a line if there is one.
 * @param {{username: string, password: string}} account
 * @param {Partial<Parameters<typeof signIn>[0]>} [options]
 */
export async function client(account, options = {}) {
  const server = options.server ?? SERVER;
  const signedIn = await signIn({ socket: socketOf(server), server, ...account, ...options });
  await signedIn.ready;
  return signedIn;
}

/** Returns the address of the sockets of a local runtime. @param {string} server */
export function socketOf(server) {
  return `${server.replace("http", "ws")}/prod`;
}

/**
 * Resolves once a condition holds.
 * @param {() => boolean} condition
 * @param {string} what
 * @param {number} [within] milliseconds
 */
export async function until(condition, what, within = 45_000) {
  const deadline = Date.now() + within;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what} does not happen`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Begins a plan of faults of the runtime.
 * @param {Record<string, unknown>[]} rules
 */
export async function plan(rules, seed = 1) {
  const body = JSON.stringify({ seed, rules });
  const { status, text } = await fetch(`${SERVER}/_local/faults`, { method: "PUT", body })
    .then(async (response) => ({ status: response.status, text: await response.text() }));
  if (status !== 204) throw new Error(text);
}

/** Returns how often each rule of the plan has fired. @returns {Promise<number[]>} */
export async function fired() {
  const { rules } = await (await fetch(`${SERVER}/_local/faults`)).json();
  return rules.map((/** @type {{fired: number}} */ rule) => rule.fired);
}

/** A line to the runtime that can be cut, be dead, be silent, or lose answers. */
export async function line() {
  /** @type {Set<import("node:net").Socket>} */
  const ends = new Set();
  let isDead = false;
  let isSilent = false;
  /** Answers that are lost: they reach the line, and end it. */
  let losing = 0;
  const target = new URL(SERVER);
  const listener = createServer((near) => {
    if (isDead) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      ends.add(one);
      one.on("error", () => one.destroy());
      one.on("close", () => {
        ends.delete(one);
        other.destroy();
      });
    }
    let isSocket = false;
    near.on("data", (data) => {
      isSocket ||= /^upgrade: websocket/im.test(data.toString("latin1"));
      if (!isSilent || isSocket) far.write(data);
    });
    far.on("data", (data) => {
      const isLost = losing > 0 && data.toString("latin1").startsWith("HTTP/1.1 201");
      if (isLost) losing -= 1;
      if (isLost) near.destroy();
      else near.write(data);
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (listener.address());
  const cut = () => {
    for (const end of ends) end.destroy();
  };
  return {
    server: `http://127.0.0.1:${port}`,
    cut,
    /** @param {boolean} dead */
    set(dead) {
      isDead = dead;
      if (dead) cut();
    },
    /** From now on no call is answered. Sockets work, because Node waits for the answer to their end. */
    hush() {
      isSilent = true;
    },
    /** Loses the next answers to calls that create something. @param {number} answers */
    loses(answers) {
      losing = answers;
    },
    get lost() {
      return losing === 0;
    },
    end() {
      cut();
      listener.close();
    },
  };
}
