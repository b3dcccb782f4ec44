/** The foot of a chat: input, reply or edit, menu, reply keyboard. */

import { commandList, matching, menu, refreshMenu } from "./command_menu.js";
import { summary } from "./content.js";
import { button, element } from "./dom.js";
import { addressed } from "./entities.js";
import { icon } from "./icons.js";
import { askInline, choose, inlineQuery, resultList, stopAsking } from "./inline_mode.js";
import { startBot } from "./links.js";
import { openApp } from "./mini_app.js";
import { pickAttachment } from "./pickers.js";
import { whenReleased } from "./pointer.js";
import { fold, isFolded, replyKeyboard, ruling } from "./reply_keyboard.js";
import { edit as change, reply as replying, send, setStanding } from "./sending.js";
import { me, nameOf, news, openChat, world } from "./world.js";

const foot = document.getElementById("composer");
const aside = element("div", { id: "above" });
const keys = element("div", { id: "below" });
const input = element("textarea", {
  id: "text",
  rows: 1,
  maxLength: 4096,
  autocomplete: "off",
  "aria-label": "Message",
  on: { input: onInput, keydown: onKey },
});
const menuButton = button("Menu", openMenu, { id: "menu", class: "quiet" });
const attach = button(icon("attach"), () => pickAttachment(), {
  class: "quiet",
  title: "Share",
  "aria-label": "Share something",
});
const toggle = button(icon("keys"), toggleKeys, { class: "quiet", "aria-label": "Reply keyboard" });
const submit = button(icon("send"), () => sendInput(), {
  id: "send",
  class: "main",
  title: "Send",
  "aria-label": "Send",
});
const row = element("div", { id: "row" }, menuButton, attach, input, toggle, submit);
const single = button("", () => undefined, { id: "single", class: "main" });

/** Texts that are not sent yet, by person, chat and topic. */
const drafts = new Map();

/** Forced replies that were shown to the person once. */
const wished = new Set();

/** The index of the selected command or inline result. */
let chosen = 0;

/** The answer to the inline query in the input; null if there is none. */
let offer = null;

let place = "";
let repliedMessage = null;
let editedMessage = null;

/** Draw the foot of the open chat on each change. */
export function showComposer() {
  foot.append(aside, single, row, keys);
  addEventListener("keydown", typeAnywhere);
  news.addEventListener("place", move);
  news.addEventListener("people", () => whenReleased(draw));
  news.addEventListener(
    "messages",
    ({ detail }) => detail.chat === world.chat && whenReleased(draw),
  );
}

/** Move the focus to the input if a character is typed outside of a field. */
function typeAnywhere(event) {
  const typed =
    event.key.length === 1 &&
    event.key !== " " &&
    !event.ctrlKey &&
    !event.altKey &&
    !event.metaKey;
  if (typed && !document.activeElement.matches("input, textarea, dialog *") && !row.hidden)
    input.focus();
}

/** Put a text into the input. */
export function draft(text) {
  input.value = text;
  onInput();
  input.focus();
}

/** Make the next message a reply to a message; null ends that. */
export function reply(message) {
  editedMessage = null;
  repliedMessage = message;
  replying.to = message?.message_id ?? null;
  drawAside();
  input.focus();
}

/** Make the next text an edit of a message. */
export function edit(message) {
  reply(null);
  editedMessage = message;
  draft(message.text ?? message.caption);
}

function move() {
  const next = [world.me, world.chat, world.topic].join("/");
  if (next === place) return draw();
  drafts.set(place, input.value);
  place = next;
  repliedMessage = null;
  editedMessage = null;
  replying.to = null;
  input.value = drafts.get(place) ?? "";
  onInput();
  draw();
  // On a touch screen the focus would open its keyboard.
  if (matchMedia("(pointer: fine)").matches) (single.hidden ? input : single).focus();
}

async function draw() {
  const chat = openChat();
  if (!chat) return;
  const starting = document.activeElement === single;
  const isPrivate = chat.chat.type === "private";
  const { standing } = me();
  const blocked = isPrivate && standing === "blocked";
  const strange = isPrivate && standing === "stranger" && !chat.last;
  single.hidden = !blocked && !strange;
  row.hidden = aside.hidden = !single.hidden;
  single.textContent = blocked ? "Unblock" : "Start";
  if (starting && single.hidden) input.focus();
  single.onclick = () => (blocked ? setStanding("started") : send({ text: "/start" }));
  drawKeys();
  if (await refreshMenu()) drawAside();
  const { web_app: app, text } = menu.menu_button ?? {};
  menuButton.hidden = !app && !menu.commands.length;
  menuButton.textContent = app ? text : "Menu";
}

function drawKeys() {
  const shown = ruling();
  const keyboard = shown?.markup ?? {};
  input.placeholder = keyboard.input_field_placeholder ?? "Message";
  toggle.hidden = !keyboard.keyboard || keyboard.is_persistent === true;
  toggle.setAttribute("aria-expanded", String(!toggle.hidden && !isFolded(shown)));
  const focused = keys.contains(document.activeElement) && document.activeElement.dataset.key;
  keys.replaceChildren(...[single.hidden && replyKeyboard(shown)].filter(Boolean));
  if (focused)
    (
      [...keys.querySelectorAll("button")].find(({ dataset }) => dataset.key === focused) ?? input
    ).focus();
  if (keyboard.force_reply) wishReply(shown.message_id);
}

/** Start the forced reply to a message, once. */
function wishReply(id) {
  const wish = `${world.me} ${world.chat} ${id}`;
  const message = openChat().messages.get(id);
  if (wished.has(wish) || !message) return;
  wished.add(wish);
  reply(message);
}

function toggleKeys() {
  fold(ruling(), !isFolded(ruling()));
  drawKeys();
}

function drawAside() {
  const list = offer?.results.length
    ? resultList(offer.results, chosen, take)
    : commandList(input.value, chosen, sendCommand);
  const extra = offer?.button && button(offer.button.text, followOffer, { class: "choice" });
  const about = editedMessage ?? repliedMessage;
  const quoted =
    about &&
    element(
      "div",
      { id: "quoted" },
      element(
        "span",
        {},
        element("b", {}, editedMessage ? "Edit" : nameOf(about.from)),
        element("span", {}, summary(about)),
      ),
      button(icon("close"), leave, {
        class: "quiet",
        "aria-label": editedMessage ? "Do not edit" : "Do not reply",
      }),
    );
  aside.replaceChildren(...[extra, list, quoted].filter(Boolean));
  input.setAttribute("aria-activedescendant", list ? `command-${chosen}` : "");
}

/** End replying and editing. */
function leave() {
  if (editedMessage) draft("");
  reply(null);
}

function onInput() {
  chosen = 0;
  offer = null;
  const query = inlineQuery(input.value);
  if (query === null) stopAsking();
  else
    askInline(query, (answer) => {
      offer = answer;
      drawAside();
    });
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 160)}px`;
  drawAside();
}

function onKey(event) {
  const found = offer?.results ?? matching(input.value);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (found.length && step) {
    event.preventDefault();
    chosen = (chosen + step + found.length) % found.length;
    drawAside();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (found.length && offer) take(found[chosen]);
    else if (found.length) sendCommand(found[chosen].command);
    else sendInput();
  } else if (event.key === "Escape") {
    if (found.length) draft("");
    else leave();
  }
}

/** Send an inline result. */
function take(result) {
  choose(offer, result);
  draft("");
}

/** Follow the button above the inline results. */
function followOffer() {
  const { text, start_parameter: payload, web_app: app } = offer.button;
  draft("");
  if (app) openApp(text, app.url, "inline");
  else startBot(payload ?? "");
}

function sendCommand(command) {
  sendInput(addressed(`/${command}`));
}

/** Send a text, by default that of the input, which keeps its text if it is refused. */
async function sendInput(text = input.value) {
  if (!text.trim()) return;
  const typed = input.value;
  input.value = "";
  const sending = editedMessage ? change(editedMessage, text) : send({ text });
  reply(null);
  onInput();
  if (!(await sending) && !input.value) draft(typed);
}

function openMenu() {
  const { web_app: app, text } = menu.menu_button ?? {};
  if (app) openApp(text, app.url, "menu");
  else draft(input.value === "/" ? "" : "/");
}
