/** Login buttons. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { tick } from "./fields.js";
import { attempt, dialog } from "./notices.js";
import { me, nameOf, world } from "./world.js";

/** Follow a login button, after asking whether to log in and to let the bot write. */
export async function logIn({ url, request_write_access: asks }) {
  const person = world.me;
  const writes = tick(
    "checkbox",
    `Let ${world.bot.first_name} write to me`,
    "write",
    Boolean(asks),
  );
  const shown = [element("p", { class: "preline" }, url), asks && writes.row];
  const agree = () => ({ person, url, write: writes.input.checked });
  const login = await dialog(`Log in as ${nameOf(me().user)}?`, shown, [
    ["Cancel", undefined],
    ["Log in", agree],
  ]);
  const answer = login && (await attempt(ask("POST", "/control/login", login)));
  if (answer) open(answer.url, "_blank", "noopener");
}
