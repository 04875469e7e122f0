// Compiled by infra/scripts/client against the package: its types are complete, and its events are typed.

import { Client, Failure, signIn, type Message, type Session } from "chat-client";

const client: Client = await signIn({ server: "", socket: "", username: "", password: "", storage: localStorage });
client.addEventListener("message", ({ detail }) => detail.text.toUpperCase());
client.addEventListener("typing", ({ detail: { conversation, typing } }) => [conversation + 1, typing === true]);
// @ts-expect-error an event that does not exist
client.addEventListener("messages", () => undefined);
// @ts-expect-error the room is a number
void client.send("1", "hello");
const sent: Message = await client.send(1, "hello", { reply_to: 2, mentions: [3] });
const session: Session = client.session;
client.send(sent.conversation, session.username).catch((failure: Failure) => failure.retryAfter.toFixed());
