/** Short notices, alerts and questions. */

import { button, element } from "./dom.js";

const NOTICE = 4000;

/** Show a notice for a few seconds. */
export function toast(text) {
  const notice = element("p", { class: "toast" }, text);
  document.getElementById("notices").append(notice);
  setTimeout(() => notice.remove(), NOTICE);
}

/** Show what a promise's failure says; give its value, or undefined. */
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
 * @param {Array<[string, *]>} choices Labels and what they give; the last is the main one,
 *     unless it gives nothing. A function gives what it returns, and keeps the dialog open if that
 *     is undefined.
 * @returns {Promise} what the choice gives, or undefined.
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
    // Enter does what the dialog is for, unless there is something to fill in or choose.
    (form.querySelector("input, textarea, .choice") ?? buttons.at(-1)).focus();
  });
}

/** Show an alert, until it is closed. */
export const alertBox = (title, text) =>
  dialog(title, [element("p", { class: "preline" }, text)], [["OK", true]]);

/** Ask whether to go on. */
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
 * Let one of several things be chosen.
 * @param {string} title
 * @param {Array<[string, *]>} options Labels and what they give.
 * @param {string} [none] What is said if there are no options.
 * @returns {Promise} what the choice gives, or undefined.
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
