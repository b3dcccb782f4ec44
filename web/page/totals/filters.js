/** The filters besides the period: name and kind of the counter, chat. */

import { element, find } from "./dom.js";
import { say } from "./words.js";

/** Characters of an option; a longer name is cut off. */
const SHOWN = 40;

/**
 * Add the filters to the page; a filter with fewer than two options is left out.
 * @param {object} start The bot's answer to `start`.
 * @param {(name: string, value: ?string) => void} take Called with the filter's name and the
 *   chosen value, null for any.
 * @returns {{set: (name: string, value: ?string) => void}}
 */
export function offerFilters({ labels, kinds, chats }, take) {
  const offered = {
    label: labels.map((label) => ({ id: label, name: label || say("unlabelled") })),
    kind: kinds,
    chat: chats,
  };
  const selects = new Map();
  for (const [name, choices] of Object.entries(offered)) {
    if (choices.length < 2) continue;
    const select = element(
      "select",
      { name, on: { change: () => changed(name) } },
      option(-1, say(`any-${name}`)),
      ...choices.map((choice, index) => option(index, choice.name)),
    );
    selects.set(name, select);
    find("filters").append(element("label", {}, element("span", {}, say(name)), select));
  }

  function changed(name) {
    const select = selects.get(name);
    select.classList.toggle("chosen", select.value !== "-1");
    take(name, offered[name][select.value]?.id ?? null);
  }

  /** Set a filter, as if the person had chosen it. */
  function set(name, value) {
    const select = selects.get(name);
    const index = offered[name].findIndex(({ id }) => id === value);
    if (!select) return;
    // The bot lists only names that were used lately.
    if (index < 0 && value !== null)
      select.append(option(offered[name].push({ id: value, name: value }) - 1, value));
    select.value = value === null ? -1 : offered[name].findIndex(({ id }) => id === value);
    changed(name);
  }

  return { set };
}

function option(value, name) {
  const signs = [...name];
  return element(
    "option",
    { value },
    signs.length > SHOWN ? `${signs.slice(0, SHOWN).join("")}…` : name,
  );
}
