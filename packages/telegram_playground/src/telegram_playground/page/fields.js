/** Parts of forms: each is an `input`, and the `row` with its label that a dialog shows. */

import { element } from "./dom.js";

/** A field to be filled in; `properties.tag` may name another element than an input. */
export function field(label, { tag = "input", ...properties }) {
  const input = element(tag, properties);
  return { input, row: element("label", {}, label, input) };
}

/** Something to be ticked, of `type` `radio` (one of all in the form) or `checkbox`. */
export function tick(type, label, value, checked) {
  const input = element("input", { type, name: "pick", value, checked });
  return { input, row: element("label", { class: "tick" }, input, label) };
}
