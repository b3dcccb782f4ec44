/** The page of totals: period and filters, and the totals as numbers, a chart and a list. */

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

/** Age in milliseconds after which a page that becomes visible is refreshed. */
const STALE = 20_000;

/** What the page shows: the kind of period and its days, the filters, and which chart. */
const state = {
  kind: "month",
  period: {},
  chosen: { label: null, kind: null, chat: null },
  view: "time",
};
let today;
let filters;
let overview;
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
  new ResizeObserver(
    () => overview && find("drawing").clientWidth !== drawn && drawChart(),
  ).observe(find("drawing"));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - asked > STALE) refresh();
  });
  take(state.kind);
  follow(start.link);
}

/** Apply the filter of the link that has opened the page, if there was one. */
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

/** Show a period: the week, month or year of a day, all days, or the two dates. */
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
  // The week of the earliest possible day begins before that day.
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

/** Give the day for the next period: today if the current period contains it, else its first. */
function here() {
  const { since, until } = state.period;
  return !since || (since <= today && today <= until) ? today : since;
}

/** Fill the two dates with the current period. */
function fillDates() {
  dates.elements.since.value = state.period.since ?? overview?.bars[0]?.since ?? today;
  dates.elements.until.value = state.period.until ?? today;
  limitDates();
}

/** Make the end date no earlier than the start date. */
function limitDates() {
  const { since, until } = dates.elements;
  until.min = since.value || since.min;
}

/** Load and show the totals; abort the requests before. */
async function refresh() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const wish = { ...state.period, ...state.chosen };
  main.setAttribute("aria-busy", "true");
  try {
    [overview] = await Promise.all([ask("overview", wish, signal), showList(wish, signal)]);
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
  const { summary, recent } = overview;
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
  if (state.view === "time") drawBars(place, overview, nameOf, readOut, enter);
  else {
    find("readout").replaceChildren(say("labels-shown"));
    drawLabels(place, overview.labels, (label) => filters.set("label", label));
  }
}

/** Give a bar's period in words; the period of the page may cut off the first and the last bar. */
function nameOf({ since, until }) {
  const whole = ["month", "year"].find(
    (kind) => around(kind, since).since === since && around(kind, since).until === until,
  );
  return periodInWords(whole ?? "day", since, until);
}

function readOut(bar) {
  const name =
    overview.unit === "day"
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

/** Show the month or year of a bar. */
function enter({ since }) {
  if (overview.unit !== "day") take(overview.unit, since);
}

/** Show an error, with a button to try again. */
function complain(error, retry = refresh) {
  const [text, again] = trouble.children;
  // Before the first answer only the texts that came with the page are there.
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
