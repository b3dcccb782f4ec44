/** The side pane: the persons, and the chats of the person who is played. */

import { isService, summary } from "./content.js";
import { element, face, walkable } from "./dom.js";
import { addNew } from "./newcomers.js";
import { whenReleased } from "./pointer.js";
import { faceOf, go, nameOf, news, reads, titleOf, topicOf, world } from "./world.js";

const persons = document.getElementById("persons");
const chats = document.getElementById("chats");

/** Draw the side pane now and on each change. */
export function showSide() {
  walkable(persons, "button");
  walkable(chats, "button");
  document.getElementById("newcomer").onclick = addNew;
  for (const type of ["people", "place"]) news.addEventListener(type, () => whenReleased(draw));
  news.addEventListener("connection", drawConnection);
}

function draw() {
  swap(persons, [...world.persons.values()].map(personButton));
  swap(
    chats,
    [...world.chats.values()]
      .filter((chat) => reads(chat, world.me))
      .sort(latestFirst)
      .map(chatItem),
  );
}

/** Replace the children of an element, and keep the focus on the same button. */
function swap(parent, children) {
  const focused = parent.contains(document.activeElement) && document.activeElement.dataset.key;
  parent.replaceChildren(...children);
  if (focused) parent.querySelector(`[data-key="${focused}"]`)?.focus();
}

function drawConnection() {
  document.getElementById("connection").textContent = world.connected ? "" : "Connecting…";
}

function personButton({ user, standing }) {
  const chosen = user.id === world.me;
  return element(
    "button",
    {
      type: "button",
      role: "radio",
      "aria-checked": String(chosen),
      tabIndex: chosen ? 0 : -1,
      title: [nameOf(user), user.language_code, standing].filter(Boolean).join(", "),
      data: { key: user.id },
      on: { click: () => become(user.id) },
    },
    face(user.id, nameOf(user)),
    element("span", {}, user.first_name),
  );
}

/** Play another person, in the same chat if they are in it. */
function become(person) {
  const chat = world.chats.get(world.chat);
  if (chat?.chat.type === "private") go({ me: person, chat: person });
  else go({ me: person, topic: world.topic });
}

/** Sorts the chat with the bot first, then the latest messages. */
const latestFirst = (a, b) =>
  isPrivate(b) - isPrivate(a) || (b.last?.date ?? 0) - (a.last?.date ?? 0);

const isPrivate = (chat) => Number(chat.chat.type === "private");

function chatItem(chat) {
  const { id, is_forum: isForum } = chat.chat;
  const open = id === world.chat;
  const rows = isForum ? [null, ...Object.keys(chat.topics).map(Number)] : [];
  return element(
    "li",
    {},
    element(
      "button",
      {
        type: "button",
        class: "chat",
        data: { key: id },
        "aria-current": open && !isForum ? "true" : null,
        on: { click: () => go({ chat: id }) },
      },
      face(faceOf(chat), titleOf(chat)),
      element(
        "span",
        { class: "lines" },
        element("b", {}, titleOf(chat)),
        element("small", {}, lastLine(chat)),
      ),
      chat.unread && !open
        ? element("span", { class: "unread", "aria-label": "unread" }, String(chat.unread))
        : null,
    ),
    rows.length &&
      element(
        "div",
        { class: "topics" },
        rows.map((topic) =>
          element(
            "button",
            {
              type: "button",
              data: { key: `${id}/${topic}` },
              "aria-current": open && world.topic === topic ? "true" : null,
              on: { click: () => go({ chat: id, topic }) },
            },
            topic === null ? "General" : chat.topics[topic],
          ),
        ),
      ),
  );
}

function lastLine(chat) {
  const { last } = chat;
  if (!last) return "No messages yet";
  const who =
    last.from?.id === world.me ? "You" : chat.chat.type !== "private" && last.from?.first_name;
  const author = who && !isService(last) ? `${who}: ` : "";
  const topic =
    chat.chat.is_forum && topicOf(last) !== null ? `${chat.topics[topicOf(last)]} › ` : "";
  return topic + author + summary(last).slice(0, 120);
}
