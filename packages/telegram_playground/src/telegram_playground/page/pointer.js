/** A button that is drawn anew between press and release would lose its click: drawing waits. */

/** Milliseconds from the release to the click, which on a touch screen comes a little later. */
const CLICK = 30;

/** Milliseconds that drawing waits at most. */
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

/** Do something at once, or as soon as no button is held down: so long the page is busy. */
export function whenReleased(action) {
  if (timer === null) return action();
  waiting.push(action);
  document.body.setAttribute("aria-busy", "true");
}
