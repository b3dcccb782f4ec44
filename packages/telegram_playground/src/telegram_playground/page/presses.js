/** Presses of inline buttons: posted at once, and answered over the stream of events. */

import { ask } from "./api.js";
import { news, world } from "./world.js";

/** Milliseconds after which a client gives up waiting for the answer. */
const PATIENCE = 30_000;

/** Who waits for the answer to a press, by its query's id. */
const waiting = new Map();

/** Answers that were faster than the response to their press, and how many of these are to come. */
const early = new Map();
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
 * @param {object} pressed `data` of the button, or its `label`.
 * @returns {Promise} the bot's answer; undefined if none comes.
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
