/** Polls and quizzes: options to vote for, or results. */

import { button, element } from "./dom.js";
import { icon } from "./icons.js";
import { vote } from "./sending.js";
import { world } from "./world.js";

/** Options that are ticked but not sent yet, by person, chat and message. */
const ticked = new Map();

/** Draw a poll: its results if the person has voted or it is closed, or else its options. */
export function poll(found, message) {
  const mine = message.votes?.[world.me];
  const done = found.is_closed || mine !== undefined;
  const rest = done ? results(found, message, mine ?? []) : options(found, message);
  return element(
    "div",
    { class: "poll", role: "group", "aria-label": found.question },
    element("b", {}, found.question),
    element("small", {}, kindOf(found)),
    rest,
  );
}

function kindOf(found) {
  if (found.is_closed) return "Final results";
  const kind = found.type === "quiz" ? "quiz" : "poll";
  const name = found.is_anonymous
    ? `Anonymous ${kind}`
    : `${kind[0].toUpperCase()}${kind.slice(1)}`;
  return found.allows_multiple_answers ? `${name}, several answers` : name;
}

function options(found, message) {
  if (found.allows_multiple_answers) return ticks(found, message);
  return element(
    "ul",
    {},
    found.options.map((option, index) =>
      element(
        "li",
        {},
        button(option.text, () => vote(message, [index]), {
          class: "option",
          data: { place: `option ${index}` },
        }),
      ),
    ),
  );
}

function ticks(found, message) {
  const id = `${world.me} ${message.chat.id} ${message.message_id}`;
  const chosen = ticked.get(id) ?? new Set();
  ticked.set(id, chosen);
  const submit = button(
    "Vote",
    () => {
      ticked.delete(id);
      vote(message, [...chosen]);
    },
    { class: "quiet", disabled: !chosen.size, data: { place: "vote" } },
  );
  const tick =
    (index) =>
    ({ target }) => {
      if (target.checked) chosen.add(index);
      else chosen.delete(index);
      submit.disabled = !chosen.size;
    };
  const rows = found.options.map((option, index) =>
    element(
      "li",
      {},
      element(
        "label",
        { class: "option" },
        element("input", {
          type: "checkbox",
          checked: chosen.has(index),
          data: { place: `option ${index}` },
          on: { change: tick(index) },
        }),
        option.text,
      ),
    ),
  );
  return [element("ul", {}, rows), submit];
}

function results(found, message, mine) {
  const right = found.correct_option_ids ?? [];
  const rows = found.options.map((option, index) => {
    const chosen = mine.includes(index);
    const sign =
      found.type !== "quiz"
        ? chosen && "check"
        : right.includes(index)
          ? "check"
          : chosen && "close";
    const verdict = { check: found.type === "quiz" ? "right" : "mine", close: "wrong" }[sign];
    return element(
      "li",
      { class: `result ${verdict ?? ""}`, "aria-current": chosen ? "true" : null },
      element("span", { class: "share" }, share(option.voter_count, found.total_voter_count)),
      element("span", {}, option.text, sign && icon(sign)),
      element("meter", {
        max: 1,
        value: option.voter_count / Math.max(found.total_voter_count, 1),
        "aria-label": "Votes",
      }),
    );
  });
  const voted = `${found.total_voter_count} ${found.total_voter_count === 1 ? "vote" : "votes"}`;
  const again = mine.length > 0 && found.allows_revoting && !found.is_closed;
  return [
    element("ul", {}, rows),
    found.type === "quiz" &&
      mine.length > 0 &&
      element("p", { class: "verdict" }, judged(found, mine, right)),
    element("small", {}, voted),
    again &&
      button("Retract vote", () => vote(message, []), { class: "quiet", data: { place: "vote" } }),
  ];
}

function judged(found, mine, right) {
  const good = mine.length === right.length && mine.every((index) => right.includes(index));
  return [good ? "Right!" : "Wrong.", found.explanation].filter(Boolean).join(" ");
}

const share = (count, total) => `${Math.round((100 * count) / Math.max(total, 1))}%`;
