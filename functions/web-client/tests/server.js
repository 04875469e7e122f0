// A server for whole clients: it answers the calls of user 1 from a `World`, and holds their sockets.

import { World } from "./world.js";

/** The answers of calls whose content does not matter. @type {Record<string, unknown>} */
const ANSWERS = {
  "/list-invitations": [], "/list-blocks": [], "/list-members/1": [],
  "/set-privacy": { add: "everyone", last_seen: "everyone", online: "everyone", receipts: true },
};

/** A socket that the test moves. */
class FakeSocket {
  onopen = () => undefined;
  onmessage = (/** @type {{data: string}} */ _) => undefined;
  onclose = () => undefined;
  send = () => undefined;
  close = () => undefined;
}

/**
 * Replaces `fetch` and `WebSocket` until the end of a test.
 * @param {import("node:test").TestContext} context
 */
export function server(context) {
  const world = new World();
  /** Answers of a test, by path. @type {Map<string, () => unknown>} */
  const answers = new Map();
  /** The sockets of the client, the newest first. @type {FakeSocket[]} */
  const sockets = [];
  /** @type {{status: number, code: string} | null} */
  let refusal = null;
  context.mock.method(globalThis, "fetch", async (/** @type {string} */ address, /** @type {RequestInit} */ { body }) => {
    const { pathname, searchParams } = new URL(address, "http://chat.example");
    if (refusal) return Response.json(refusal, { status: refusal.status });
    const own = answers.get(pathname);
    if (own) {
      const answer = await own();
      return answer instanceof Response ? answer : Response.json(answer);
    }
    if (pathname === "/sync") return Response.json(world.sync(JSON.parse(String(body))));
    const [, call, room] = pathname.split("/");
    if (call === "list-conversation-messages") return Response.json(world.messages(Number(room), {}).messages);
    const after = searchParams.get("after");
    if (call === "list-changes") {
      return Response.json(world.changesAfter(Number(room), after === null ? undefined : Number(after)));
    }
    if (!(pathname in ANSWERS)) throw new Error(`${pathname} has no answer`);
    return Response.json(ANSWERS[pathname]);
  });
  const { WebSocket } = globalThis;
  Object.assign(globalThis, { WebSocket: class extends FakeSocket {
    constructor() {
      super();
      sockets.unshift(this);
    }
  } });
  context.after(() => Object.assign(globalThis, { WebSocket }));
  return {
    world, answers,
    connects: () => sockets[0].onopen(),
    cuts: () => sockets[0].onclose(),
    pushes: (/** @type {unknown} */ event) => sockets[0].onmessage({ data: JSON.stringify(event) }),
    /** Refuses all calls. @param {number} status @param {string} code */
    refuses: (status, code) => { refusal = { status, code }; },
  };
}

/** Waits until answers are read, which takes more than promises. */
export async function answered() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
