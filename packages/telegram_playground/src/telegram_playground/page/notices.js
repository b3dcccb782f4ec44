/** Notices, alerts and dialogs. */

import { button, element } from "./dom.js";

/** Milliseconds that a notice is shown. */
const NOTICE = 4000;

/** Show a notice for 4 seconds. */
export function toast(text) {
  const notice = element("p", { class: "toast" }, text);
  document.getElementById("notices").append(notice);
  setTimeout(() => notice.remove(), NOTICE);
}

/** Return the value of a promise; if it fails, show why and return undefined. */
export async function attempt(promise) {
  try {
    return await promise;
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}

/**
 * Open a dialog.
 * @param {string} title
 * @param {Array} content
 * @param {Array<[string, *]>} choices Labels and values of the buttons. The last one is the main
 *     button, unless its value is undefined. A function is called for its value; if it returns
 *     undefined, the dialog stays open.
 * @returns {Promise} the value of the chosen button, or undefined.
 */
export function dialog(title, content, choices) {
  return new Promise((resolve) => {
    let result;
    const buttons = choices.map(([label, value], index) =>
      element(
        "button",
        {
          type: index === choices.length - 1 ? "submit" : "button",
          class: index === choices.length - 1 && value !== undefined ? "main" : "quiet",
          on: { click: (event) => choose(event, value) },
        },
        label,
      ),
    );
    const form = element(
      "form",
      {},
      element("h3", {}, title),
      content,
      element("footer", {}, buttons),
    );
    const box = element("dialog", { "aria-label": title, on: { close } }, form);
    function choose(event, value) {
      event.preventDefault();
      if (typeof value === "function") {
        if (!form.reportValidity()) return;
        result = value();
        if (result === undefined) return;
      } else result = value;
      box.close();
    }
    function close() {
      box.remove();
      resolve(result);
    }
    document.body.append(box);
    box.showModal();
    // The main button gets the focus, unless there is something to fill in or choose.
    (form.querySelector("input, textarea, .choice") ?? buttons.at(-1)).focus();
  });
}

/** Show an alert until it is closed. */
export const alertBox = (title, text) =>
  dialog(title, [element("p", { class: "preline" }, text)], [["OK", true]]);

/** Ask for confirmation; returns true or undefined. */
export const confirmBox = (title, text, yes) =>
  dialog(
    title,
    [element("p", { class: "preline" }, text)],
    [
      ["Cancel", undefined],
      [yes, true],
    ],
  );

/**
 * Let the person choose an option.
 * @param {string} title
 * @param {Array<[string, *]>} options Labels and values.
 * @param {string} [none] The text if there are no options.
 * @returns {Promise} the value of the chosen option, or undefined.
 */
export async function choose(title, options, none) {
  let chosen;
  const list = options.map(([label, value]) =>
    button(
      label,
      (event) => {
        chosen = value;
        event.target.closest("dialog").close();
      },
      { class: "choice" },
    ),
  );
  await dialog(title, list.length ? list : [element("p", {}, none)], [["Cancel", undefined]]);
  return chosen;
}
