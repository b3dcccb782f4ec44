/** What the person who is played sends to the open chat. */

import { ask } from "./api.js";
import { attempt } from "./notices.js";
import { world } from "./world.js";

/** The message that is being replied to, by its id; the composer sets it. */
export const reply = { to: null };

/** Send something: `{text}`, `{contact}`, `{location}`, `{poll}`, ...; undefined if refused. */
export function send(content) {
  const saying = { person: world.me, ...content };
  if (world.topic !== null) saying.topic = world.topic;
  if (reply.to !== null) saying.reply_to = reply.to;
  return attempt(ask("POST", `/control/chats/${world.chat}/messages`, saying));
}

/** Send a text. */
export const sendText = (text) => send({ text });

/** Change the text or caption of a message of the person's own. */
export const edit = (message, text) =>
  attempt(
    ask("PATCH", `/control/chats/${message.chat.id}/messages/${message.message_id}`, {
      person: world.me,
      text,
    }),
  );

/** Start the bot with the `payload` of a link, in a group if there is a `chat`. */
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

/** Block the bot, or let it write again. */
export const setStanding = (standing) =>
  attempt(ask("PATCH", `/control/persons/${world.me}`, { standing }));
