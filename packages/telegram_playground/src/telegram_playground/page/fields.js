/** Fields of forms: each is an `input`, and a `row` with its label for a dialog. */

import { element } from "./dom.js";

/** Make a field; `properties.tag` can name another element than `input`. */
export function field(label, { tag = "input", ...properties }) {
  const input = element(tag, properties);
  return { input, row: element("label", {}, label, input) };
}

/** Make a radio button (one for all of a form) or a checkbox, by `type`. */
export function tick(type, label, value, checked) {
  const input = element("input", { type, name: "pick", value, checked });
  return { input, row: element("label", { class: "tick" }, input, label) };
}
