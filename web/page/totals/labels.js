/** The chart by name; a press on a name filters by it. */

import { element, quoted } from "./dom.js";
import { number, say } from "./words.js";

/**
 * Draw the names with the most totals.
 * @param {Element} parent The element for the chart; its content is replaced.
 * @param {object[]} labels The names, from the bot's overview.
 * @param {(label: string) => void} take Called with the name that is pressed.
 */
export function drawLabels(parent, labels, take) {
  const widest = Math.max(1, ...labels.map(({ sum }) => Math.abs(sum)));
  const largest = [...labels].sort((one, other) => other.sum - one.sum);
  parent.replaceChildren(
    element(
      "ol",
      { class: "labels" },
      ...largest.map(({ label, sum, totals }) => {
        const bar = element("i", { class: sum < 0 ? "below" : null });
        bar.style.width = `${(100 * Math.abs(sum)) / widest}%`;
        return element(
          "li",
          {},
          element(
            "button",
            { type: "button", on: { click: () => take(label) } },
            element(
              "span",
              { class: label ? "name" : "name faint" },
              quoted(label || say("unlabelled")),
            ),
            element("b", {}, number(sum)),
            element("span", { class: "track" }, bar),
            element("small", {}, totals),
          ),
        );
      }),
    ),
  );
}
