/** Inline keyboards, with every kind of button. */

import { element } from "./dom.js";
import { icon } from "./icons.js";
import { chooseChat, openLink } from "./links.js";
import { alertBox, attempt, toast } from "./notices.js";
import { draft } from "./composer.js";
import { logIn } from "./login.js";
import { openApp, openGame } from "./mini_app.js";
import { pay } from "./payment.js";
import { press } from "./presses.js";
import { go, me, world } from "./world.js";

/** Presses that wait for an answer, by person, chat, message and button; an edit keeps them. */
const waiting = new Set();

const KINDS = {
  callback_data: (data, message) => askBot(message, data, { data }),
  callback_game: (_value, message, shown) =>
    askBot(message, shown.dataset.data, { label: shown.innerText }),
  url: (value) => openLink(value),
  copy_text: copy,
  web_app: (value, _message, shown) => openApp(shown.innerText, value.url, "inline"),
  login_url: logIn,
  switch_inline_query: (value) => beginQuery(value, true),
  switch_inline_query_chosen_chat: (value) => beginQuery(value.query ?? "", true, value),
  switch_inline_query_current_chat: (value) => beginQuery(value, false),
  pay: (_value, message) => pay(message),
};

/** The icon in the corner of a button, by kind. */
const SIGNS = {
  url: "link",
  login_url: "link",
  copy_text: "copy",
  web_app: "page",
  callback_game: "game",
  pay: "star",
  switch_inline_query: "inline",
  switch_inline_query_chosen_chat: "inline",
  switch_inline_query_current_chat: "inline",
};

/** Draw the inline keyboard of a message; null if it has none. */
export function inlineKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return element(
    "div",
    { class: "inline" },
    rows.map((row, y) =>
      element(
        "div",
        { class: "row" },
        row.map((button, x) => inlineButton(message, button, `${y}.${x}`)),
      ),
    ),
  );
}

function inlineButton(message, button, place) {
  const kind = Object.keys(KINDS).find((name) => name in button) ?? "disabled";
  const paid = kind === "pay" && message.bill?.receipt;
  const shown = element(
    "button",
    {
      type: "button",
      class: `key ${button.style ?? ""}`,
      disabled: kind === "disabled" || Boolean(paid),
      data: { kind, place, data: button.callback_data ?? place },
      on: { click: () => KINDS[kind](button[kind], message, shown) },
    },
    element("span", {}, paid ? "Paid" : button.text),
    SIGNS[kind] && icon(SIGNS[kind]),
  );
  setBusy(shown, waiting.has(idOf(message, shown.dataset.data)));
  return shown;
}

const idOf = (message, data) => `${world.me} ${message.chat.id} ${message.message_id} ${data}`;

function setBusy(shown, busy) {
  shown.classList.toggle("busy", busy);
  if (busy) shown.setAttribute("aria-busy", "true");
  else shown.removeAttribute("aria-busy");
}

/** Press a button, and show the bot's answer. */
async function askBot(message, data, pressed) {
  const id = idOf(message, data);
  const person = me();
  if (waiting.has(id)) return;
  waiting.add(id);
  mark(message, data);
  const answer = await attempt(press(message, pressed));
  waiting.delete(id);
  mark(message, data);
  if (answer) showAnswer(answer, message, person);
}

function showAnswer({ text, show_alert: isAlert, url }, message, person) {
  if (person.user.id !== world.me) return text && toast(`${person.user.first_name}: ${text}`);
  if (url && message.game) return openGame(message.game.title, url);
  if (url) return openLink(url);
  if (text) return isAlert ? alertBox(world.bot.first_name, text) : toast(text);
}

/** Turn the spinner of a button on or off, as it is drawn now. */
function mark(message, data) {
  if (message.chat.id !== world.chat) return;
  const keys = document.querySelectorAll(`[data-message="${message.message_id}"] .key`);
  for (const shown of keys)
    if (shown.dataset.data === data) setBusy(shown, waiting.has(idOf(message, data)));
}

async function copy(value) {
  try {
    await navigator.clipboard.writeText(value.text);
    toast("Copied");
  } catch {
    alertBox("Copy this", value.text);
  }
}

async function beginQuery(query, elsewhere, allowed) {
  const fits = (chat) =>
    !allowed || allowed[{ private: "allow_bot_chats" }[chat.chat.type] ?? "allow_group_chats"];
  if (elsewhere) {
    const chat = await chooseChat("Choose a chat", fits);
    if (!chat) return;
    go({ chat: chat.chat.id });
  }
  draft(`@${world.bot.username} ${query}`);
}
