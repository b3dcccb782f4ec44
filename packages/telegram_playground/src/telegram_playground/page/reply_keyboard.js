/** The reply keyboard under the input. */

import { element } from "./dom.js";
import { icon } from "./icons.js";
import { openApp } from "./mini_app.js";
import { pickBot, pickChat, pickContact, pickLocation, pickPoll, pickUsers } from "./pickers.js";
import { send } from "./sending.js";
import { openChat, world } from "./world.js";

const SPECIAL = {
  request_contact: () => pickContact(),
  request_location: () => pickLocation(),
  request_poll: (wish) => pickPoll(wish.type),
  request_users: (wish) => pickUsers(wish),
  request_chat: (wish) => pickChat(wish),
  request_managed_bot: (wish) => pickBot(wish),
  web_app: (app, text) => openApp(text, app.url, "keyboard"),
};

/** The icon in the corner of a button, by kind. */
const SIGNS = {
  request_contact: "contact",
  request_location: "place",
  request_poll: "poll",
  request_users: "people",
  request_chat: "people",
  request_managed_bot: "people",
  web_app: "page",
};

/** Whether keyboards are folded away by the person, by `person chat message`. */
const folded = new Map();

const idOf = (shown) => `${world.me} ${world.chat} ${shown.message_id}`;

/**
 * Give the keyboard of the person in the open chat: `message_id`, `markup`, and whether a one-time
 * keyboard was `used`; undefined if there is none.
 */
export const ruling = () => openChat()?.keyboards[world.me];

/** Whether a keyboard is folded away. */
export const isFolded = (shown) => folded.get(idOf(shown)) ?? shown.used;

/** Fold a keyboard away, or show it again. */
export const fold = (shown, away) => folded.set(idOf(shown), away);

/** Draw a keyboard; null if there is none, or it is folded away. */
export function replyKeyboard(shown) {
  const keyboard = shown?.markup;
  if (!keyboard?.keyboard || isFolded(shown)) return null;
  return element(
    "div",
    {
      class: `reply-keys ${keyboard.resize_keyboard ? "" : "tall"}`,
      role: "group",
      "aria-label": "Reply keyboard",
    },
    keyboard.keyboard.map((row) =>
      element(
        "div",
        { class: "row" },
        row.map((button) => {
          const kind = Object.keys(SPECIAL).find((name) => button[name]);
          return element(
            "button",
            {
              type: "button",
              class: `key ${button.style ?? ""}`,
              data: { kind: kind ?? "text", key: button.text },
              on: { click: () => press(shown, button, kind) },
            },
            element("span", {}, button.text),
            kind && icon(SIGNS[kind]),
          );
        }),
      ),
    ),
  );
}

function press(shown, button, kind) {
  folded.delete(idOf(shown));
  if (kind) return SPECIAL[kind](button[kind], button.text);
  // In a group the text is sent as a reply, because a bot in privacy mode gets no other text.
  const reply = openChat().chat.type === "private" ? {} : { reply_to: shown.message_id };
  return send({ text: button.text, ...reply });
}
