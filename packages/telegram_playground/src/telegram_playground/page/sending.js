/** Sends messages and votes as the person who is played. */

import { ask } from "./api.js";
import { attempt } from "./notices.js";
import { world } from "./world.js";

/** The id of the message to reply to, or null; the composer sets it. */
export const reply = { to: null };

/** Send a message to the open chat: `{text}`, `{contact}`, ...; undefined if it is refused. */
export function send(content) {
  const saying = { person: world.me, ...content };
  if (world.topic !== null) saying.topic = world.topic;
  if (reply.to !== null) saying.reply_to = reply.to;
  return attempt(ask("POST", `/control/chats/${world.chat}/messages`, saying));
}

/** Send a text. */
export const sendText = (text) => send({ text });

/** Edit the text or caption of one of the person's messages. */
export const edit = (message, text) =>
  attempt(
    ask("PATCH", `/control/chats/${message.chat.id}/messages/${message.message_id}`, {
      person: world.me,
      text,
    }),
  );

/** Follow a deep link with a `payload`; in a group if there is a `chat`. */
export const start = (link) =>
  attempt(ask("POST", "/control/start", { person: world.me, ...link }));

/** Vote in a poll. */
export const vote = (message, options) =>
  attempt(
    ask("POST", `/control/chats/${message.chat.id}/messages/${message.message_id}/vote`, {
      person: world.me,
      options,
    }),
  );

/** Block the bot (`blocked`) or unblock it (`started`). */
export const setStanding = (standing) =>
  attempt(ask("PATCH", `/control/persons/${world.me}`, { standing }));
