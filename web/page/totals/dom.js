/** Makes elements. Texts that people have written become text nodes, never HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** Find an element by its id. */
export const find = (id) => document.getElementById(id);

/** Make an HTML element with attributes, listeners (in `on`) and content. */
export function element(name, attributes = {}, ...content) {
  return fill(document.createElement(name), attributes, content);
}

/** Make an SVG element in the same way. */
export function shape(name, attributes = {}, ...content) {
  return fill(document.createElementNS(SVG, name), attributes, content);
}

function fill(made, { on = {}, ...attributes }, content) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value != null) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) made.addEventListener(event, listener);
  made.append(...content.filter((part) => part != null));
  return made;
}

/** Wrap a text that people wrote: it may be right to left and must not reorder the text around it. */
export const quoted = (text) => element("bdi", {}, text);

/**
 * Fill a row with radio buttons.
 * @param {Element} row The radio group.
 * @param {[string, string][]} choices The value and text of each button.
 * @param {string} taken The value of the button that is checked.
 * @param {(value: string) => void} take Called with the value that the person chooses.
 */
export function offer(row, choices, taken, take) {
  row.replaceChildren(
    ...choices.map(([value, text]) =>
      element(
        "label",
        {},
        element("input", {
          type: "radio",
          name: row.id,
          value,
          checked: value === taken,
          on: { change: () => take(value) },
        }),
        element("span", {}, text),
      ),
    ),
  );
}
