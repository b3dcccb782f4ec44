/** The open chat: its head and its messages, of which only the latest are drawn at first. */

import { face } from "./dom.js";
import { icon } from "./icons.js";
import { describeMembers, showMembers } from "./members.js";
import { messageItem } from "./message.js";
import { whenReleased } from "./pointer.js";
import { setStanding } from "./sending.js";
import { faceOf, go, me, nameOf, news, openChat, openMessages, titleOf, world } from "./world.js";

/** Messages that are drawn at a time. */
const PAGE = 100;

/** Pixels from the top at which older messages are drawn. */
const NEAR = 300;

const list = document.getElementById("messages");
const scroller = document.getElementById("scroller");
const down = document.getElementById("down");

/** The drawn elements by message id. */
const items = new Map();

/** The messages of the open chat or topic. */
let messages = [];

/** The index of the first message that is drawn. */
let first = 0;

/** Whether the view is at the end, and follows new messages. */
let atEnd = true;

/** The heights at the last resize; a scroll event with other heights is not the reader's. */
let size = "";

/** Draw the open chat on each change. */
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

/** Redraw messages that were added, changed or deleted. */
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

/** Redraw a message, and keep the focus on the same part of it. */
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

/** Draw older messages above, and keep the scroll position. */
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

/** Scroll to a message; draw it first if needed. */
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

/** Put only the latest message into the tab order; the arrow keys reach the others. */
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
