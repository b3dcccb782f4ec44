/** The list, newest first. It grows when a person scrolls to its end or presses the button there. */

import { ask } from "./api.js";
import { element, find, quoted } from "./dom.js";
import { clock, dayInWords, number, say } from "./words.js";

/** Distance in pixels below the screen at which the next part is loaded. */
const AHEAD = 600;

const more = find("more");
const rows = find("rows");

/** The query of the list, the next part, the signal that aborts it, and whether loading failed. */
let shown = { wish: {}, next: null, signal: null, stuck: false };
let names;
let person;
let today;
let complain;
let calm;

/**
 * Prepare the list.
 * @param {object} start The bot's answer to `start`.
 * @param {(error: Error, retry: () => void) => void} trouble Called if a part can't be loaded.
 * @param {() => void} mended Called when loading works again after that.
 */
export function begin(start, trouble, mended) {
  const named = (things) => new Map(things.map(({ id, name }) => [id, name]));
  names = { kinds: named(start.kinds), chats: named(start.chats) };
  ({ today, person } = start);
  [complain, calm] = [trouble, mended];
  more.addEventListener("click", grow);
  new IntersectionObserver(([end]) => end.isIntersecting && !shown.stuck && grow(), {
    rootMargin: `${AHEAD}px`,
  }).observe(more);
}

/** Load and show the first part of the list. */
export async function showList(wish, signal) {
  const { totals, next } = await ask("list", wish, signal);
  shown = { wish, next, signal, stuck: false };
  rows.replaceChildren();
  append(totals);
  more.hidden = !next;
}

async function grow() {
  const { wish, next, signal } = shown;
  if (more.hidden || more.disabled) return;
  more.disabled = true;
  try {
    const part = await ask("list", { ...wish, before: next }, signal);
    shown.next = part.next;
    append(part.totals);
    more.hidden = !part.next;
    if (shown.stuck) calm();
    shown.stuck = false;
  } catch (error) {
    if (signal.aborted) return;
    shown.stuck = true;
    complain(error, grow);
    return;
  } finally {
    more.disabled = false;
  }
  // The end may still be near, and the observer reports only changes.
  if (!more.hidden && more.getBoundingClientRect().top < innerHeight + AHEAD) grow();
}

function append(totals) {
  for (const total of totals) {
    if (rows.lastElementChild?.dataset.day !== total.day) {
      rows.append(
        element(
          "section",
          { "data-day": total.day },
          element("h3", {}, dayInWords(total.day, today)),
          element("ol", { class: "card" }),
        ),
      );
    }
    rows.lastElementChild.lastElementChild.append(row(total));
  }
}

function row({ value, label, kind, chat, time }) {
  const place =
    chat === null || chat === person ? null : (names.chats.get(chat) ?? say("some-chat"));
  return element(
    "li",
    {},
    element(
      "span",
      { class: label === null ? "name faint" : "name" },
      quoted(label ?? say("unlabelled")),
    ),
    element("b", {}, number(value)),
    element(
      "small",
      {},
      element("span", {}, names.kinds.get(kind)),
      place && " · ",
      place && quoted(place),
    ),
    element("time", { datetime: time }, clock(time)),
  );
}
