/** The chart by label: who presses one looks at its totals alone. */

import { element, quoted } from "./dom.js";
import { number, say } from "./words.js";

/**
 * Draw the labels with the most totals.
 * @param {Element} place Where; emptied first.
 * @param {object[]} labels The bot's.
 * @param {(label: string) => void} take Is told which one is pressed.
 */
export function drawLabels(place, labels, take) {
  const widest = Math.max(1, ...labels.map(({ sum }) => Math.abs(sum)));
  const largest = [...labels].sort((one, other) => other.sum - one.sum);
  place.replaceChildren(
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
