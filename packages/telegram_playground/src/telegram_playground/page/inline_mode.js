/** Inline mode: queries after the bot's username, in any chat, and their results. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { attempt, toast } from "./notices.js";
import { openChat, world } from "./world.js";

/** Milliseconds without typing before a query is sent. */
const PAUSE = 300;

const KINDS = { private: "sender", group: "group", supergroup: "supergroup" };

let timer;
let asking;

/** Give the query in a text such as `@bot tea`; null if there is none. */
export function inlineQuery(typed) {
  const start = `@${world.bot.username} `.toLowerCase();
  return typed.toLowerCase().startsWith(start) ? typed.slice(start.length) : null;
}

/**
 * Send a query after a pause in typing; it replaces the query before.
 * @param {string} query
 * @param {function({id, results, button})} show Called with the answer.
 */
export function askInline(query, show) {
  stopAsking();
  asking = new AbortController();
  timer = setTimeout(answer, PAUSE, query, show, asking.signal);
}

async function answer(query, show, signal) {
  const question = { person: world.me, query, chat_type: KINDS[openChat().chat.type] };
  try {
    const found = await ask("POST", "/control/inline/query", question, signal);
    if (!signal.aborted) show(found);
  } catch (error) {
    if (!signal.aborted) toast(error.message);
  }
}

/** Cancel the query. */
export function stopAsking() {
  clearTimeout(timer);
  asking?.abort();
}

/** Send a result to the open chat. */
export function choose(answer, result) {
  const choice = {
    person: world.me,
    query_id: answer.id,
    result_id: result.id,
    chat: world.chat,
    topic: world.topic,
  };
  return attempt(ask("POST", "/control/inline/choose", choice));
}

/** Draw the list of results, with one selected. */
export function resultList(results, chosen, take) {
  return element(
    "ul",
    { id: "commands", role: "listbox", "aria-label": "Results of the bot" },
    results.map((result, index) =>
      element(
        "li",
        {
          role: "option",
          id: `command-${index}`,
          "aria-selected": String(index === chosen),
          on: {
            pointerdown: (event) => {
              event.preventDefault();
              take(result);
            },
          },
        },
        element("b", {}, result.title ?? result.type),
        element("span", {}, detail(result)),
      ),
    ),
  );
}

const detail = (result) =>
  result.description ?? result.caption ?? result.input_message_content?.message_text ?? "";
