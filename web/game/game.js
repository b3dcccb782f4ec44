/** The game: tap as often as you can until the ring is closed; then the page sends the score. */

/** Milliseconds between two attempts to send a score. */
const PAUSE = 2000;
/** Number of attempts; together they take longer than a lease lasts. */
const TRIES = 25;

/** Milliseconds without buttons after a round, because the person is still tapping. */
const REST = 800;

const [pad, count, marks, again, say, result, scores] = [
  "pad",
  "count",
  "marks",
  "again",
  "say",
  "result",
  "scores",
].map((id) => document.getElementById(id));
const main = document.querySelector("main");
const length = 1000 * main.dataset.seconds;
const spacing = 1000 / main.dataset.fastest;
const texts = Object.fromEntries(
  [...document.querySelectorAll("template")].map((text) => [
    text.dataset.of,
    text.content.textContent,
  ]),
);
const hint = say.textContent;

let ticket = new URLSearchParams(location.search).get("ticket");
let taps = 0;
let last = -Infinity;

/** Count a tap; the first one starts the round. */
function tap(x, y) {
  const now = performance.now();
  // The bot refuses scores with faster taps.
  if (pad.disabled || now - last < spacing) return;
  last = now;
  if (taps === 0) begin();
  taps += 1;
  count.textContent = taps;
  mark();
  navigator.vibrate?.(8);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  pad.animate([{ scale: 0.95 }, { scale: 1 }], { duration: 120, easing: "ease-out" });
  if (x !== undefined) spark(x, y);
}

function begin() {
  main.className = "running";
  pad.style.setProperty("--length", `${length}ms`);
  setTimeout(end, length);
}

/** Add a tally mark: four upright strokes, the fifth across. */
function mark() {
  if (taps % 5 === 1) marks.append(document.createElement("i"));
  marks.lastChild.append(document.createElement("s"));
}

/** Show a +1 that flies away from the finger. */
function spark(x, y) {
  const one = document.createElement("em");
  one.textContent = "+1";
  one.ariaHidden = "true";
  one.style.left = `${x}px`;
  one.style.top = `${y}px`;
  one.addEventListener("animationend", () => one.remove());
  document.body.append(one);
}

async function end() {
  pad.disabled = true;
  main.className = "over";
  say.textContent = texts.saving;
  const rested = new Promise((done) => setTimeout(done, REST));
  const text = await send(taps);
  await rested;
  say.textContent = texts[text];
  again.hidden = text === "over" || text === "taken";
  again.focus({ preventScroll: true });
}

/** Send the score, again while the bot can't be reached; return the name of the text to show. */
async function send(score) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries) await new Promise((done) => setTimeout(done, PAUSE));
    const answer = await post({ ticket, score });
    if (!answer || answer.status >= 500) continue;
    if (answer.status === 409) return "taken";
    if (!answer.ok) return "over";
    const taken = await answer.json();
    ticket = taken.ticket;
    list(taken.scores);
    return "saved";
  }
  return "failed";
}

async function post(content) {
  try {
    return await fetch("game/score", { method: "POST", body: JSON.stringify(content) });
  } catch {
    return null;
  }
}

function list(lines) {
  result.hidden = lines.length === 0;
  scores.replaceChildren(
    ...lines.map(({ place, name, score, own }) => {
      const line = document.createElement("li");
      line.className = own ? "own" : "";
      for (const [tag, text] of [
        ["span", place],
        ["span", name],
        ["b", score],
      ]) {
        const part = document.createElement(tag);
        part.textContent = text;
        line.append(part);
      }
      return line;
    }),
  );
}

function restart() {
  taps = 0;
  main.className = "";
  count.textContent = "0";
  say.textContent = hint;
  marks.replaceChildren();
  result.hidden = again.hidden = true;
  pad.disabled = false;
  pad.focus({ preventScroll: true });
}

pad.addEventListener("pointerdown", (event) => {
  if (event.button === 0) tap(event.clientX, event.clientY);
});
pad.addEventListener("keydown", (event) => {
  if (event.key !== " " && event.key !== "Enter") return;
  event.preventDefault();
  if (!event.repeat) tap();
});
pad.addEventListener("click", (event) => {
  // Assistive technology clicks without a pointer.
  if (event.pointerType === "") tap();
});
pad.addEventListener("contextmenu", (event) => event.preventDefault());
again.addEventListener("click", restart);
