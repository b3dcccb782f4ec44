/** Asks the bot, in the name of who has opened the page. */

import { launch } from "../app/telegram.js";

// From a reply keyboard Telegram does not tell who opens it; then the address does.
const initData = launch.get("tgWebAppData");
const pass = new URLSearchParams(location.search).get("pass");
const authorization = initData ? `tma ${initData}` : pass ? `pass ${pass}` : "";

/** The bot has refused, and says why; `final` if it would refuse the same again. */
export class Refused extends Error {
  constructor(text, status) {
    super(text);
    this.final = status < 500;
  }
}

/**
 * Ask for something.
 * @param {"start"|"overview"|"list"} what
 * @param {object} wish Which totals; null and undefined are left out.
 * @param {AbortSignal} [signal] Ends the wish.
 */
export async function ask(what, wish = {}, signal) {
  const query = new URLSearchParams(Object.entries(wish).filter(([, value]) => value != null));
  const headers = authorization ? { Authorization: authorization } : {};
  const answer = await fetch(`totals/api/${what}?${query}`, { headers, signal });
  const content = await answer.json();
  if (!answer.ok) throw new Refused(content.text, answer.status);
  return content;
}
