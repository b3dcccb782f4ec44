/** The bot's commands as the person has them in the open chat, and its menu button. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { attempt } from "./notices.js";
import { me, openChat, world } from "./world.js";

let shownFor = "";

/** The commands, and the `MenuButton`; a group has none. */
export const menu = { commands: [], menu_button: null };

/** Ask for the menu again if it may be another one; whether it is. */
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
 * The list of the commands that begin with what is typed; null if there are none.
 * @param {string} typed
 * @param {number} chosen Which of them is marked.
 * @param {function(string)} take Called with a command.
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

/** The commands that begin with what is typed. */
export function matching(typed) {
  if (!/^\/\w*$/.test(typed)) return [];
  return menu.commands.filter(({ command }) => command.startsWith(typed.slice(1).toLowerCase()));
}
