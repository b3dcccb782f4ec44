/** Draws messages. */

import { ask } from "./api.js";
import { content, isService, summary } from "./content.js";
import { edit as startEdit, reply as startReply } from "./composer.js";
import { button, element, face } from "./dom.js";
import { icon } from "./icons.js";
import { inlineKeyboard } from "./inline_keyboard.js";
import { attempt } from "./notices.js";
import { leads, nameOf, openChat, world } from "./world.js";

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/**
 * Draw a message.
 * @param {object} message
 * @param {object|undefined} before The message above it, with which it may form a block.
 * @param {function(number)} jump Scrolls to another message by its id.
 */
export function messageItem(message, before, jump) {
  const item = element("li", { tabIndex: -1, data: { message: message.message_id } });
  if (!before || dayOf(before) !== dayOf(message)) {
    item.append(element("p", { class: "day" }, dayOf(message)));
  }
  item.append(isService(message) ? note(message) : bubble(message, before, jump));
  return item;
}

const dayOf = (message) => DAY.format(message.date * 1000);

const note = (message) => element("p", { class: "note" }, summary(message));

function bubble(message, before, jump) {
  const own = message.from?.id === world.me;
  const inGroup = message.chat.type !== "private";
  const sender = message.sender_chat ?? message.from;
  const together =
    before &&
    !isService(before) &&
    authorOf(before) === authorOf(message) &&
    dayOf(before) === dayOf(message) &&
    message.date - before.date < 300;
  const keyboard = inlineKeyboard(message);
  const body = element(
    "div",
    { class: "bubble" },
    inGroup &&
      !own &&
      !together &&
      element("div", { class: `author hue${Math.abs(sender.id % 7)}` }, nameOf(sender)),
    message.via_bot && element("small", { class: "over" }, `via @${message.via_bot.username}`),
    message.forward_origin &&
      element("small", { class: "over" }, `Forwarded from ${originOf(message.forward_origin)}`),
    message.reply_to_message && quote(message.reply_to_message, jump),
    content(message),
    stamp(message),
    actions(message, own),
  );
  return element(
    "div",
    { class: `line ${own ? "own" : ""} ${together ? "together" : ""}` },
    inGroup &&
      !own &&
      (together ? element("span", { class: "gap" }) : face(sender.id, nameOf(sender))),
    element("div", { class: `stack ${keyboard ? "keyed" : ""}` }, body, keyboard),
  );
}

const authorOf = (message) => (message.sender_chat ?? message.from)?.id;

const originOf = ({ sender_user: user, sender_user_name: name, sender_chat: group, chat }) =>
  name ?? nameOf(user ?? group ?? chat ?? {});

function stamp(message) {
  const date = new Date(message.date * 1000);
  const edited = message.edit_date ? "edited " : "";
  return element("time", { dateTime: date.toISOString() }, edited + TIME.format(date));
}

function quote(replied, jump) {
  return element(
    "button",
    { type: "button", class: "quote", on: { click: () => jump(replied.message_id) } },
    element("b", {}, nameOf(replied.sender_chat ?? replied.from)),
    element("span", {}, summary(replied)),
  );
}

function actions(message, own) {
  const mayDelete = own || message.chat.type === "private" || leads(openChat(), world.me);
  return element(
    "span",
    { class: "actions" },
    button(icon("reply"), () => startReply(message), { title: "Reply", "aria-label": "Reply" }),
    own &&
      !message.via_bot &&
      (message.text ?? message.caption) !== undefined &&
      button(icon("edit"), () => startEdit(message), { title: "Edit", "aria-label": "Edit" }),
    mayDelete &&
      button(icon("close"), () => remove(message), { title: "Delete", "aria-label": "Delete" }),
  );
}

function remove(message) {
  const path = `/control/chats/${message.chat.id}/messages/${message.message_id}?person=${world.me}`;
  return attempt(ask("DELETE", path));
}
