/** The bot's commands for the person in the open chat, and its menu button. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { attempt } from "./notices.js";
import { me, openChat, world } from "./world.js";

let shownFor = "";

/** The `BotCommand` objects, and the `MenuButton`, which is null in a group. */
export const menu = { commands: [], menu_button: null };

/** Fetch the menu if it may have changed; return whether it was fetched. */
export async function refreshMenu() {
  const { roles } = openChat();
  const key = [
    world.me,
    world.chat,
    world.menus,
    me().user.language_code,
    roles[world.me],
    roles[world.bot.id],
  ].join();
  if (key === shownFor) return false;
  shownFor = key;
  const answer = await attempt(ask("GET", `/page/chats/${world.chat}/menu?person=${world.me}`));
  if (!answer || key !== shownFor) return false;
  Object.assign(menu, answer);
  return true;
}

/**
 * Draw the list of the commands that match the input.
 * @param {string} typed
 * @param {number} chosen The index of the selected command.
 * @param {function(string)} take Called with the command that is pressed.
 * @returns {Element|null} null if no command matches.
 */
export function commandList(typed, chosen, take) {
  const found = matching(typed);
  if (!found.length) return null;
  return element(
    "ul",
    { id: "commands", role: "listbox", "aria-label": "Commands" },
    found.map(({ command, description }, index) =>
      element(
        "li",
        {
          role: "option",
          id: `command-${index}`,
          "aria-selected": String(index === chosen),
          on: {
            pointerdown: (event) => {
              event.preventDefault();
              take(command);
            },
          },
        },
        element("b", {}, `/${command}`),
        element("span", {}, description),
      ),
    ),
  );
}

/** Find the commands that begin with the input. */
export function matching(typed) {
  if (!/^\/\w*$/.test(typed)) return [];
  return menu.commands.filter(({ command }) => command.startsWith(typed.slice(1).toLowerCase()));
}
