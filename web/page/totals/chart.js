/** The chart over time: bars to be looked at one by one, by hovering, tapping, or the arrow keys. */

import { shape } from "./dom.js";
import { mark, number, say, short } from "./words.js";

const HEIGHT = 200;
const TOP = 12;
const FOOT = 24;

/**
 * Draw the bars.
 * @param {Element} place Where; emptied first.
 * @param {object} told The bot's overview.
 * @param {(bar: object) => string} name A bar's period in words.
 * @param {(bar: object) => void} look Is told which bar is looked at.
 * @param {(bar: object) => void} enter Is told which bar is pressed by Enter.
 */
export function drawBars(place, { bars, unit }, name, look, enter) {
  const width = place.clientWidth;
  const lines = scale(bars.map(({ sum }) => sum));
  const [lowest, highest] = [lines[0], lines.at(-1)];
  const left = 12 + 7 * Math.max(...lines.map((line) => short(line).length));
  const step = (width - left) / bars.length;
  const y = (value) => TOP + (HEIGHT - TOP - FOOT) * (1 - (value - lowest) / (highest - lowest));
  const svg = shape("svg", {
    viewBox: `0 0 ${width} ${HEIGHT}`,
    width,
    height: HEIGHT,
    role: "listbox",
    "aria-label": say("chart-keys"),
    "aria-orientation": "horizontal",
  });
  for (const line of lines) {
    svg.append(
      shape("line", {
        class: line === 0 ? "zero" : "grid",
        x1: left,
        x2: width,
        y1: y(line),
        y2: y(line),
      }),
      shape(
        "text",
        {
          class: "scale",
          "aria-hidden": "true",
          x: left - 8,
          y: y(line) + 4,
          "text-anchor": "end",
        },
        short(line),
      ),
    );
  }
  const every = Math.ceil((unit === "day" && bars.length > 7 ? 26 : 40) / step);
  const columns = bars.map((bar, index) => {
    const column = shape("g", {
      role: "option",
      "aria-selected": "false",
      tabindex: -1,
      "aria-label": `${name(bar)}: ${number(bar.sum)}, ${bar.totals}`,
    });
    const x = left + index * step;
    const thick = Math.min(step * 0.72, 36);
    const tall = Math.max(Math.abs(y(bar.sum) - y(0)), bar.count ? 2 : 0);
    column.append(
      shape("rect", { class: "ground", x, y: 0, width: step, height: HEIGHT - FOOT + 4, rx: 4 }),
      shape("rect", {
        class: bar.sum < 0 ? "bar below" : "bar",
        x: x + (step - thick) / 2,
        width: thick,
        y: bar.sum < 0 ? y(0) : y(0) - tall,
        height: tall,
        rx: Math.min(4, thick / 3, tall / 2),
      }),
    );
    if (index % every === 0) {
      column.append(
        shape(
          "text",
          { class: "mark", x: x + step / 2, y: HEIGHT - 6, "text-anchor": "middle" },
          mark(unit, bar.since, bars.length),
        ),
      );
    }
    return column;
  });
  svg.append(...columns);
  place.replaceChildren(svg);
  let looked = -1;

  function choose(index) {
    const next = Math.min(Math.max(index, 0), bars.length - 1);
    if (next === looked) return;
    columns[looked]?.setAttribute("aria-selected", "false");
    columns[looked]?.setAttribute("tabindex", -1);
    columns[next].setAttribute("aria-selected", "true");
    columns[next].setAttribute("tabindex", 0);
    looked = next;
    look(bars[next]);
  }

  const under = (event) =>
    choose(Math.floor((event.clientX - svg.getBoundingClientRect().left - left) / step));
  svg.addEventListener("pointermove", under);
  svg.addEventListener("click", under);
  svg.addEventListener("keydown", (event) => {
    const places = { ArrowLeft: looked - 1, ArrowRight: looked + 1, Home: 0, End: bars.length - 1 };
    if (event.key === "Enter") enter(bars[looked]);
    if (!(event.key in places)) return;
    event.preventDefault();
    choose(places[event.key]);
    columns[looked].focus();
  });
  choose(
    Math.max(
      bars.findLastIndex(({ count }) => count > 0),
      0,
    ),
  );
}

/** Round numbers from the lowest value to the highest, zero among them. */
function scale(values) {
  const [lowest, highest] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (highest - lowest || 4) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough),
  );
  const first = Math.floor(lowest / step);
  const last = Math.max(Math.ceil(highest / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}
