/** Links: the bot's own deep links stay in here, others are opened after a question. */

import { ask } from "./api.js";
import { openApp } from "./mini_app.js";
import { attempt, choose, confirmBox, toast } from "./notices.js";
import { payLink } from "./payment.js";
import { start } from "./sending.js";
import { go, me, nameOf, reads, titleOf, world } from "./world.js";

const TELEGRAM = new Set(["t.me", "telegram.me"]);

/** How a link to an invoice begins. */
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
    return toast(`No browser opens ${url}`);
  if (await confirmBox("Open this link?", shown.href, "Open"))
    open(shown.href, "_blank", "noopener");
}

/** The parameters of a link to this bot; null if it leads elsewhere. */
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

/** Open the chat with the bot, and start it with a payload if there is one. */
export function startBot(payload) {
  go({ chat: world.me });
  if (payload !== null) start({ payload });
}

/** Open the bot's Mini App. Here its main one, which @BotFather would know, is that of the menu button. */
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

/** Let the person choose one of their chats; undefined if they don't, or none suits. */
export function chooseChat(title, suits = () => true) {
  const chats = [...world.chats.values()].filter((chat) => reads(chat, world.me) && suits(chat));
  return choose(
    title,
    chats.map((chat) => [titleOf(chat), chat]),
    "None of your chats fits.",
  );
}

/** Go to whom a mention means. */
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
