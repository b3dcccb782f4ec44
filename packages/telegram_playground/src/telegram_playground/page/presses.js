/** Presses of inline buttons, whose answers come over the stream of events. */

import { ask } from "./api.js";
import { news, world } from "./world.js";

/** Milliseconds to wait for an answer. */
const PATIENCE = 30_000;

/** Functions that take the answer to a press, by the id of its query. */
const waiting = new Map();

/** Answers that came before the response to their press, by the id of the query. */
const early = new Map();

/** The number of presses without a response. */
let posting = 0;

news.addEventListener("answers", ({ detail }) => {
  for (const { id, answer } of detail) {
    if (waiting.has(id)) waiting.get(id)(answer);
    else if (posting) early.set(id, answer);
  }
});

/**
 * Press a button as the person who is played.
 * @param {object} message
 * @param {object} pressed The `data` or the `label` of the button.
 * @returns {Promise} the bot's answer; undefined if none comes in time.
 * @throws {Refusal}
 */
export async function press(message, pressed) {
  const { id, fast } = await post(message, pressed);
  if (fast) return fast;
  return new Promise((resolve) => {
    const timer = setTimeout(settle, PATIENCE);
    function settle(answer) {
      clearTimeout(timer);
      waiting.delete(id);
      resolve(answer);
    }
    waiting.set(id, settle);
  });
}

async function post(message, pressed) {
  const path = `/control/chats/${message.chat.id}/messages/${message.message_id}/press`;
  posting += 1;
  try {
    const { id } = await ask("POST", path, { person: world.me, ...pressed });
    return { id, fast: early.get(id) };
  } finally {
    posting -= 1;
    if (!posting) early.clear();
  }
}
