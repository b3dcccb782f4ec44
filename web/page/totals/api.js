/** Requests to the bot, with proof of who has opened the page. */

import { launch } from "../app/telegram.js";

// If the page is opened from a reply keyboard, initData is empty and the address contains a pass.
const initData = launch.get("tgWebAppData");
const pass = new URLSearchParams(location.search).get("pass");
const authorization = initData ? `tma ${initData}` : pass ? `pass ${pass}` : "";

/** The bot has refused a request; `final` if it would refuse the same request again. */
export class Refused extends Error {
  constructor(text, status) {
    super(text);
    this.final = status < 500;
  }
}

/**
 * Send a request.
 * @param {"start"|"overview"|"list"} what The endpoint.
 * @param {object} wish The query parameters; null and undefined are left out.
 * @param {AbortSignal} [signal] Aborts the request.
 */
export async function ask(what, wish = {}, signal) {
  const query = new URLSearchParams(Object.entries(wish).filter(([, value]) => value != null));
  const headers = authorization ? { Authorization: authorization } : {};
  const answer = await fetch(`totals/api/${what}?${query}`, { headers, signal });
  const content = await answer.json();
  if (!answer.ok) throw new Refused(content.text, answer.status);
  return content;
}
