/** The open chat: its head and its messages, of which only the latest are drawn at first. */

import { face } from "./dom.js";
import { icon } from "./icons.js";
import { describeMembers, showMembers } from "./members.js";
import { messageItem } from "./message.js";
import { whenReleased } from "./pointer.js";
import { setStanding } from "./sending.js";
import { faceOf, go, me, nameOf, news, openChat, openMessages, titleOf, world } from "./world.js";

const PAGE = 100;
const NEAR = 300;

const list = document.getElementById("messages");
const scroller = document.getElementById("scroller");
const down = document.getElementById("down");

/** Drawn items by message id. */
const items = new Map();

/** The messages of this place, and from which of them on they are drawn. */
let messages = [];
let first = 0;

/** Whether the latest message is in sight, and shall stay so. */
let atEnd = true;

/** Heights at the last look: a scroll that comes of a change of these is not the reader's. */
let size = "";

/** Draw the open chat whenever it changes. */
export function showChat() {
  news.addEventListener("place", () => {
    openPlace();
    drawHead();
  });
  for (const type of ["people", "connection"]) news.addEventListener(type, drawHead);
  news.addEventListener("messages", ({ detail }) =>
    whenReleased(() => {
      if (detail.chat === world.chat) update(detail.ids);
    }),
  );
  scroller.addEventListener("scroll", onScroll, { passive: true });
  list.addEventListener("keydown", onKey);
  down.onclick = toEnd;
  const observer = new ResizeObserver(() => {
    size = sizeNow();
    if (atEnd) toEnd();
  });
  observer.observe(scroller);
  observer.observe(list);
  down.append(icon("down"));
  document.getElementById("members").onclick = showMembers;
  const back = document.getElementById("back");
  back.append(icon("back"));
  back.onclick = () => go({ chat: null });
}

function openPlace() {
  document.body.classList.toggle("reading", world.chat !== null);
  document.getElementById("chat").hidden = world.chat === null;
  document.getElementById("empty").hidden = world.chat !== null;
  items.clear();
  list.replaceChildren();
  messages = openMessages();
  first = Math.max(messages.length - PAGE, 0);
  append(messages.slice(first));
  toEnd();
}

function drawHead() {
  const chat = openChat();
  if (!chat) return;
  document.title = `${titleOf(chat)} – Playground`;
  document.getElementById("face").replaceChildren(face(faceOf(chat), titleOf(chat)));
  document.getElementById("title").textContent = titleOf(chat);
  document.getElementById("subtitle").textContent = world.connected
    ? subtitle(chat)
    : "Connecting…";
  document.getElementById("members").hidden = chat.chat.type === "private";
  const block = document.getElementById("block");
  const blocked = me().standing === "blocked";
  block.hidden = chat.chat.type !== "private" || me().standing === "stranger";
  block.textContent = blocked ? "Unblock" : "Block";
  block.onclick = () => setStanding(blocked ? "started" : "blocked");
}

function subtitle(chat) {
  if (chat.chat.type === "private") return `bot · you are ${nameOf(me().user)}`;
  const topic = chat.chat.is_forum ? `${chat.topics[world.topic] ?? "General"} · ` : "";
  return topic + describeMembers(chat);
}

/** Bring the drawn messages up to date: some have come, changed or gone. */
function update(ids) {
  const stay = atEnd;
  const empty = !messages.length;
  messages = openMessages();
  if (empty || ids.length > PAGE) return openPlace();
  const known = new Map(messages.map((message, index) => [message.message_id, index]));
  const oldest = list.firstElementChild && Number(list.firstElementChild.dataset.message);
  const fresh = [];
  for (const id of ids) {
    const index = known.get(id);
    if (index === undefined) {
      items.get(id)?.remove();
      items.delete(id);
    } else if (items.has(id)) redraw(id, index);
    else if (oldest === null || id > oldest) fresh.push(messages[index]);
  }
  first = messages.length - items.size - fresh.length;
  append(fresh);
  if (stay) toEnd();
  else if (fresh.length) down.hidden = false;
}

function append(fresh) {
  const known = new Map(messages.map((message, index) => [message.message_id, index]));
  for (const message of fresh)
    list.append(draw(message, messages[known.get(message.message_id) - 1]));
  focusable();
}

function draw(message, before) {
  const item = messageItem(message, before, jump);
  items.set(message.message_id, item);
  return item;
}

/** Draw a message anew, with the focus where it was in it. */
function redraw(id, index) {
  const old = items.get(id);
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const item = draw(messages[index], messages[index - 1]);
  item.tabIndex = old.tabIndex;
  old.replaceWith(item);
  if (focused) (item.querySelector(`[data-place="${focused.dataset.place}"]`) ?? item).focus();
}

function onScroll() {
  if (size !== sizeNow()) return;
  atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
  down.hidden = atEnd;
  if (scroller.scrollTop < NEAR && first > 0) older();
}

/** Draw what stands above, and leave what is read where it is. */
function older() {
  const from = Math.max(first - PAGE, 0);
  const height = scroller.scrollHeight;
  const drawn = messages
    .slice(from, first)
    .map((message, i) => draw(message, messages[from + i - 1]));
  list.prepend(...drawn);
  first = from;
  scroller.scrollTop += scroller.scrollHeight - height;
}

/** Show a message, wherever it is. */
function jump(id) {
  if (!messages.some((message) => message.message_id === id)) return;
  while (!items.has(id) && first > 0) older();
  const item = items.get(id);
  item.scrollIntoView({ block: "center" });
  item.focus({ preventScroll: true });
}

const sizeNow = () => `${scroller.clientHeight} ${scroller.scrollHeight}`;

function toEnd() {
  atEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
  down.hidden = true;
}

/** One message takes part in the tab order; the arrow keys go to the others. */
function focusable() {
  list.querySelector(':scope > [tabindex="0"]')?.setAttribute("tabindex", "-1");
  list.lastElementChild?.setAttribute("tabindex", "0");
}

function onKey(event) {
  const item = event.target.closest("li[data-message]");
  const to = { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling }[
    event.key
  ];
  if (!to) return;
  event.preventDefault();
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}
