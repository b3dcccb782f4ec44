/** Delays drawing while a button is held down, because a redrawn button would lose the click. */

/** Milliseconds from the release to the click event, which comes later on a touch screen. */
const CLICK = 30;

/** Milliseconds that drawing is delayed at most. */
const PATIENCE = 1000;

const waiting = [];
let timer = null;

function hold(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    timer = null;
    for (const action of waiting.splice(0)) action();
    document.body.removeAttribute("aria-busy");
  }, milliseconds);
}

addEventListener(
  "pointerdown",
  (event) => event.target.closest?.("button, label") && hold(PATIENCE),
  true,
);
for (const type of ["pointerup", "pointercancel"]) {
  addEventListener(type, () => timer !== null && hold(CLICK), true);
}

/** Call a function as soon as no button is held down; the page is `aria-busy` until then. */
export function whenReleased(action) {
  if (timer === null) return action();
  waiting.push(action);
  document.body.setAttribute("aria-busy", "true");
}
