/** Makes elements; what people have written only ever becomes text. */

const SVG = "http://www.w3.org/2000/svg";

/** The element with this id. */
export const find = (id) => document.getElementById(id);

/** Make an element of HTML with attributes, listeners in `on`, and what is in it. */
export function element(name, attributes = {}, ...content) {
  return fill(document.createElement(name), attributes, content);
}

/** Make an element of SVG likewise. */
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

/** A text that people wrote, kept from turning what stands around it: it may run right to left. */
export const quoted = (text) => element("bdi", {}, text);

/**
 * Make a row of choices of which one is taken; the arrow keys go from one to the next.
 * @param {Element} row A radio group.
 * @param {[string, string][]} choices Their values and texts.
 * @param {string} taken The value of the one that is taken.
 * @param {(value: string) => void} take Is told what the person takes.
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
