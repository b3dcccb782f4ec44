/** Makes elements. Texts of bots and persons always become text nodes, never HTML. */

/**
 * Make an element.
 * @param {string} tag
 * @param {object} properties `class`, `data` (data attributes), `on` (listeners by event);
 *     any other name is set as a property of the element if it has one, or else as an attribute.
 *     `undefined`, `null` and `false` are left out.
 * @param {...(Node|string|null|undefined|false|Array)} children
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "data") Object.assign(made.dataset, value);
    else if (name === "on") for (const type in value) made.addEventListener(type, value[type]);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter(Boolean));
  return made;
}

/** Make a button. */
export function button(label, press, properties = {}) {
  return element("button", { type: "button", ...properties, on: { click: press } }, label);
}

/** Let the arrow keys move the focus through the items of a list. */
export function walkable(list, selector) {
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    const items = [...list.querySelectorAll(selector)];
    const at = items.indexOf(event.target.closest(selector));
    const to = { Home: 0, End: items.length - 1 }[event.key] ?? at + steps[event.key];
    if (at < 0 || !items[to]) return;
    event.preventDefault();
    items[to].focus();
  });
}

/** Draw the avatar of a person or chat: initials on a colour that follows from its id. */
export function face(id, name) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0] ?? "")
    .join("");
  const hue = Math.abs(id % 7);
  return element(
    "span",
    { class: `face hue${hue}`, "aria-hidden": "true" },
    initials.toUpperCase(),
  );
}
