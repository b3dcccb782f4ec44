/** Totals on a page: a period and filters, and what is there of them in numbers, a chart and a list. */

import { dress, tell } from "../app/telegram.js";
import { ask, Refused } from "./api.js";
import { drawBars } from "./chart.js";
import { element, find, offer } from "./dom.js";
import { offerFilters } from "./filters.js";
import { drawLabels } from "./labels.js";
import { begin, showList } from "./list.js";
import { around, moved, STEPS } from "./period.js";
import { number, periodInWords, say, speak } from "./words.js";

const main = document.querySelector("main");
const trouble = find("trouble");
const dates = find("dates");
const nothing = find("nothing");

/** Milliseconds after which a page that is looked at again is brought up to date. */
const STALE = 20_000;

/** What is looked at: which kind of period and its days, the filters, and which chart. */
const state = {
  kind: "month",
  period: {},
  chosen: { label: null, kind: null, chat: null },
  view: "time",
};
let today;
let filters;
let told;
let asked = 0;
let drawn = 0;
let current = new AbortController();

async function open() {
  const start = await ask("start");
  speak(start);
  today = start.today;
  begin(start, complain, () => {
    trouble.hidden = true;
  });
  filters = offerFilters(start, (name, value) => {
    state.chosen[name] = value;
    refresh();
  });
  offer(
    find("periods"),
    [...STEPS, "all", "dates"].map((kind) => [kind, say(`period-${kind}`)]),
    state.kind,
    take,
  );
  offer(
    find("views"),
    ["time", "label"].map((view) => [view, say(`by-${view}`)]),
    state.view,
    (view) => {
      state.view = view;
      drawChart();
    },
  );
  for (const [button, by] of [
    ["earlier", -1],
    ["later", 1],
  ]) {
    find(button).addEventListener("click", () =>
      take(state.kind, moved(state.kind, state.period, by)),
    );
  }
  dates.addEventListener("change", () => {
    limitDates();
    if (dates.reportValidity()) take("dates");
  });
  new ResizeObserver(() => told && find("drawing").clientWidth !== drawn && drawChart()).observe(
    find("drawing"),
  );
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - asked > STALE) refresh();
  });
  take(state.kind);
  follow(start.link);
}

/** Filter as the link does that has led here, if one has. */
function follow({ label, kind, since }) {
  if (label) filters.set("label", label);
  if (kind) filters.set("kind", kind);
  if (!since) return;
  state.kind = "dates";
  dates.elements.since.value = since;
  dates.elements.until.value = today;
  limitDates();
  take("dates");
}

/** Look at a period: the week, month or year of a day, everything, or what the two dates say. */
function take(kind, day = here()) {
  const steps = STEPS.includes(kind);
  const { min: first } = dates.elements.since;
  if (kind === "dates" && state.kind !== "dates") fillDates();
  state.kind = kind;
  state.period = steps
    ? around(kind, day)
    : kind === "dates"
      ? Object.fromEntries(new FormData(dates))
      : {};
  // The week of the first day of all begins before it.
  if (state.period.since < first) state.period.since = first;
  find("periods").querySelector(`[value=${kind}]`).checked = true;
  find("stepper").hidden = !steps;
  find("period").textContent = steps
    ? periodInWords(kind, state.period.since, state.period.until)
    : "";
  find("earlier").disabled = steps && moved(kind, state.period, -1) < first;
  find("later").disabled = state.period.until >= today;
  dates.hidden = kind !== "dates";
  refresh();
}

/** The day to go on from: today, unless the period that is looked at is another. */
function here() {
  const { since, until } = state.period;
  return !since || (since <= today && today <= until) ? today : since;
}

/** Let the two dates begin with what is looked at. */
function fillDates() {
  dates.elements.since.value = state.period.since ?? told?.bars[0]?.since ?? today;
  dates.elements.until.value = state.period.until ?? today;
  limitDates();
}

/** Keep the period from ending before it begins. */
function limitDates() {
  const { since, until } = dates.elements;
  until.min = since.value || since.min;
}

/** Ask for what is wished and show it; what was wished before is no longer waited for. */
async function refresh() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const wish = { ...state.period, ...state.chosen };
  main.setAttribute("aria-busy", "true");
  try {
    [told] = await Promise.all([ask("overview", wish, signal), showList(wish, signal)]);
    asked = Date.now();
    trouble.hidden = true;
    main.hidden = false;
    drawSummary();
    drawChart();
  } catch (error) {
    if (!signal.aborted) complain(error);
  } finally {
    if (!signal.aborted) main.removeAttribute("aria-busy");
  }
}

function drawSummary() {
  const { summary, recent } = told;
  const fact = ([name, value]) =>
    element("div", {}, element("dt", {}, say(name)), element("dd", {}, value));
  find("sum").textContent = number(summary.sum);
  find("totals").textContent = summary.totals;
  find("spread").replaceChildren(
    ...["mean", "smallest", "largest"].map((name) => fact([name, number(summary[name])])),
  );
  find("recent").replaceChildren(
    ...[
      ["today", number(recent.today)],
      ["week", number(recent.week)],
      ["streak", recent.streak],
    ].map(fact),
  );
  const never = !recent.count && Object.values(state.chosen).every((value) => value === null);
  main.classList.toggle("never", never);
  nothing.hidden = summary.count > 0;
  nothing.textContent = say(never ? "none" : "nothing");
  find("chart").hidden = summary.count === 0;
}

function drawChart() {
  if (find("chart").hidden) return;
  const place = find("drawing");
  drawn = place.clientWidth;
  if (state.view === "time") drawBars(place, told, nameOf, readOut, enter);
  else {
    find("readout").replaceChildren(say("labels-shown"));
    drawLabels(place, told.labels, (label) => filters.set("label", label));
  }
}

/** The period of a bar in words; the first and the last may be cut off by the period that is looked at. */
function nameOf({ since, until }) {
  const whole = ["month", "year"].find(
    (kind) => around(kind, since).since === since && around(kind, since).until === until,
  );
  return periodInWords(whole ?? "day", since, until);
}

function readOut(bar) {
  const name =
    told.unit === "day"
      ? nameOf(bar)
      : element(
          "button",
          { type: "button", class: "link", on: { click: () => enter(bar) } },
          `${nameOf(bar)} ›`,
        );
  find("readout").replaceChildren(
    name,
    element("b", {}, number(bar.sum)),
    element("span", {}, bar.totals),
  );
}

/** Look at the month or year of a bar. */
function enter({ since }) {
  if (told.unit !== "day") take(told.unit, since);
}

/** Tell what went wrong, and offer to try again. */
function complain(error, retry = refresh) {
  const [text, again] = trouble.children;
  // Before the first answer there are no texts but those that came with the page.
  const page = document.body.dataset;
  text.textContent =
    error instanceof Refused ? error.message : say("unreachable") || page.unreachable;
  again.hidden = error.final === true;
  again.textContent = say("again") || page.again;
  again.onclick = () => {
    trouble.hidden = true;
    retry();
  };
  trouble.hidden = false;
}

function start() {
  open().catch((error) => complain(error, start));
}

dress({
  ground: ["secondary_bg_color", "bg_color"],
  card: ["section_bg_color", "bg_color"],
  text: ["text_color"],
  hint: ["subtitle_text_color", "hint_color"],
  accent: ["accent_text_color", "button_color"],
  button: ["button_color"],
  "button-text": ["button_text_color"],
  line: ["section_separator_color"],
  below: ["destructive_text_color"],
});
tell("web_app_ready");
tell("web_app_expand");
start();
