/** Links: the bot's deep links open in the page, other links after a question. */

import { ask } from "./api.js";
import { openApp } from "./mini_app.js";
import { attempt, choose, confirmBox, toast } from "./notices.js";
import { payLink } from "./payment.js";
import { start } from "./sending.js";
import { go, me, nameOf, reads, titleOf, world } from "./world.js";

const TELEGRAM = new Set(["t.me", "telegram.me"]);

/** The start of a link to an invoice. */
const INVOICE = "https://t.me/$";

/** Open a link. */
export async function openLink(url) {
  if (url.startsWith(INVOICE)) return payLink(url);
  const parameters = deepLink(url);
  if (parameters?.has("startapp")) return startApp(parameters.get("startapp"));
  if (parameters?.has("startgroup")) return startInGroup(parameters.get("startgroup"));
  if (parameters) return startBot(parameters.get("start"));
  if (url.startsWith("tg:")) return openAccount(url);
  const shown = URL.parse(url);
  if (!shown || !["http:", "https:"].includes(shown.protocol))
    return toast(`A browser can't open ${url}`);
  if (await confirmBox("Open this link?", shown.href, "Open"))
    open(shown.href, "_blank", "noopener");
}

/** Give the parameters of a link to this bot; null for other links. */
function deepLink(url) {
  const link = URL.parse(url);
  if (!link) return null;
  const name =
    link.protocol === "tg:" ? link.searchParams.get("domain") : link.pathname.split("/")[1];
  const leadsHere =
    link.protocol === "tg:" ? link.href.startsWith("tg://resolve") : TELEGRAM.has(link.hostname);
  return leadsHere && name?.toLowerCase() === world.bot.username.toLowerCase()
    ? link.searchParams
    : null;
}

/** Open the chat with the bot, and start it if the payload is not null. */
export function startBot(payload) {
  go({ chat: world.me });
  if (payload !== null) start({ payload });
}

/** Open the bot's main Mini App, for which the one of its menu button stands in. */
async function startApp(parameter) {
  const menu = await attempt(ask("GET", `/page/chats/${world.me}/menu?person=${world.me}`));
  const { text, web_app: app } = menu?.menu_button ?? {};
  if (app) openApp(text, app.url, "link", parameter || undefined);
  else if (menu) toast("The bot has no Mini App behind its menu button");
}

async function startInGroup(payload) {
  const chat = await chooseChat("Add the bot to a group", (found) => found.chat.type !== "private");
  if (!chat) return;
  go({ chat: chat.chat.id });
  start({ payload, chat: chat.chat.id });
}

/** Let the person choose one of their chats; undefined if they cancel. */
export function chooseChat(title, suits = () => true) {
  const chats = [...world.chats.values()].filter((chat) => reads(chat, world.me) && suits(chat));
  return choose(
    title,
    chats.map((chat) => [titleOf(chat), chat]),
    "None of your chats fits.",
  );
}

/** Open the chat with the bot, or show the name of a mentioned person. */
export function openMention(username) {
  const wanted = username.toLowerCase();
  if (wanted === world.bot.username.toLowerCase()) return startBot(null);
  const found = [...world.persons.values()].find(
    ({ user }) => user.username?.toLowerCase() === wanted,
  );
  toast(
    found
      ? `${nameOf(found.user)}${found === me() ? " (you)" : ""}`
      : `There is nobody called ${username}`,
  );
}

function openAccount(url) {
  const id = Number(URL.parse(url)?.searchParams.get("id"));
  const found = world.persons.get(id);
  toast(found ? nameOf(found.user) : "There is no such account");
}
