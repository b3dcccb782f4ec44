/** Inline mode: what the bot offers for what is typed behind its name, in any chat. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { attempt } from "./notices.js";
import { openChat, world } from "./world.js";

/** Milliseconds without a key after which the bot is asked. */
const PAUSE = 300;

const KINDS = { private: "sender", group: "group", supergroup: "supergroup" };

let timer;
let latest = 0;

/** What is asked by a text such as `@bot tea`; null if nothing. */
export function inlineQuery(typed) {
  const start = `@${world.bot.username} `.toLowerCase();
  return typed.toLowerCase().startsWith(start) ? typed.slice(start.length) : null;
}

/**
 * Ask the bot once nothing is typed for a moment.
 * @param {string} query
 * @param {function({id, results, button})} show Called with the answer, if it is not outdated.
 */
export function askInline(query, show) {
  const mine = (latest += 1);
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const asking = { person: world.me, query, chat_type: KINDS[openChat().chat.type] };
    const answer = await attempt(ask("POST", "/control/inline/query", asking));
    if (answer && mine === latest) show(answer);
  }, PAUSE);
}

/** Ask nothing any more. */
export function stopAsking() {
  latest += 1;
  clearTimeout(timer);
}

/** Send a result into the open chat. */
export function choose(answer, result) {
  const choice = { person: world.me, query_id: answer.id, result_id: result.id, chat: world.chat, topic: world.topic };
  return attempt(ask("POST", "/control/inline/choose", choice));
}

/** The list of results, of which one is marked. */
export function resultList(results, chosen, take) {
  return element("ul", { id: "commands", role: "listbox", "aria-label": "Results of the bot" },
    results.map((result, index) => element("li", {
      role: "option", id: `command-${index}`, "aria-selected": String(index === chosen),
      on: { pointerdown: (event) => { event.preventDefault(); take(result); } },
    }, element("b", {}, result.title ?? result.type), element("span", {}, detail(result)))));
}

const detail = (result) =>
  result.description ?? result.caption ?? result.input_message_content?.message_text ?? "";
