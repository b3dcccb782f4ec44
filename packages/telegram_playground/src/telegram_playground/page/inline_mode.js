/** Inline mode: what the bot offers for what is typed behind its name, in any chat. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { attempt, toast } from "./notices.js";
import { openChat, world } from "./world.js";

/** Milliseconds without a key after which the bot is asked. */
const PAUSE = 300;

const KINDS = { private: "sender", group: "group", supergroup: "supergroup" };

let timer;
let asking;

/** What is asked by a text such as `@bot tea`; null if nothing. */
export function inlineQuery(typed) {
  const start = `@${world.bot.username} `.toLowerCase();
  return typed.toLowerCase().startsWith(start) ? typed.slice(start.length) : null;
}

/**
 * Ask the bot once nothing is typed for a moment, in place of what was asked before.
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

/** Ask nothing any more. */
export function stopAsking() {
  clearTimeout(timer);
  asking?.abort();
}

/** Send a result into the open chat. */
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

/** The list of results, of which one is marked. */
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
