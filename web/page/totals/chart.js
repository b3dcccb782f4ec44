/** The chart over time. People select a bar by hovering, tapping or the arrow keys. */

import { shape } from "./dom.js";
import { mark, number, say, short } from "./words.js";

const HEIGHT = 200;
const TOP = 12;
const FOOT = 24;

/**
 * Draw the bars.
 * @param {Element} parent The element for the chart; its content is replaced.
 * @param {object} overview The bot's answer.
 * @param {(bar: object) => string} name Gives a bar's period in words.
 * @param {(bar: object) => void} look Called with the bar that is selected.
 * @param {(bar: object) => void} enter Called with the selected bar on Enter.
 */
export function drawBars(parent, { bars, unit }, name, look, enter) {
  const width = parent.clientWidth;
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
  parent.replaceChildren(svg);
  let selected = -1;

  function choose(index) {
    const next = Math.min(Math.max(index, 0), bars.length - 1);
    if (next === selected) return;
    columns[selected]?.setAttribute("aria-selected", "false");
    columns[selected]?.setAttribute("tabindex", -1);
    columns[next].setAttribute("aria-selected", "true");
    columns[next].setAttribute("tabindex", 0);
    selected = next;
    look(bars[next]);
  }

  const under = (event) =>
    choose(Math.floor((event.clientX - svg.getBoundingClientRect().left - left) / step));
  svg.addEventListener("pointermove", under);
  svg.addEventListener("click", under);
  svg.addEventListener("keydown", (event) => {
    const targets = {
      ArrowLeft: selected - 1,
      ArrowRight: selected + 1,
      Home: 0,
      End: bars.length - 1,
    };
    if (event.key === "Enter") enter(bars[selected]);
    if (!(event.key in targets)) return;
    event.preventDefault();
    choose(targets[event.key]);
    columns[selected].focus();
  });
  choose(
    Math.max(
      bars.findLastIndex(({ count }) => count > 0),
      0,
    ),
  );
}

/** Give the lines of the axis: round numbers that cover all values and zero. */
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
