/** The members of a group: listed, added, promoted and removed. */

import { ask } from "./api.js";
import { button, element, face } from "./dom.js";
import { field } from "./fields.js";
import { attempt, dialog } from "./notices.js";
import { isInside, leads, me, nameOf, news, openChat, world } from "./world.js";

const ROLES = { creator: "owner", administrator: "administrator", member: "member" };

/** Show the members of the open group in a dialog, which follows changes. */
export async function showMembers() {
  const id = world.chat;
  const list = element("div", { class: "members" });
  const draw = () => {
    if (world.chat === id) swap(list, rows(openChat()));
    else list.closest("dialog")?.close();
  };
  draw();
  news.addEventListener("people", draw);
  await dialog("Members", [list], [["Close", undefined]]);
  news.removeEventListener("people", draw);
}

/** Replace the children of a list, and keep the focus on the same button. */
function swap(list, children) {
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.key;
  list.replaceChildren(...children);
  if (focused)
    (list.querySelector(`[data-key="${focused}"]`) ?? list.querySelector("button"))?.focus();
}

function rows(chat) {
  const users = [world.bot, ...[...world.persons.values()].map(({ user }) => user)];
  const inside = users.filter((user) => isInside(chat, user.id));
  const outside = users.filter((user) => !isInside(chat, user.id));
  const rank = (user) => Object.keys(ROLES).indexOf(chat.roles[user.id]);
  return [
    ...inside.sort((a, b) => rank(a) - rank(b)).map((user) => memberRow(chat, user)),
    ...(outside.length ? [element("h4", {}, "Not in the group")] : []),
    ...outside.map((user) => row(user, "", setter(chat, user, "Add", "member"))),
    element("div", { class: "suggestions" }, groupActions(chat)),
  ];
}

function memberRow(chat, user) {
  const role = chat.roles[user.id];
  const may = leads(chat, world.me) && role !== "creator";
  return row(
    user,
    ROLES[role],
    may && role === "member" && setter(chat, user, "Make admin", "administrator"),
    may && role === "administrator" && setter(chat, user, "Dismiss", "member"),
    may && user.id !== world.me && setter(chat, user, "Remove", "kicked"),
    user.id === world.me && setter(chat, user, "Leave", "left"),
  );
}

function row(user, role, ...actions) {
  const about = [role, user.is_bot && "bot", user.id === world.me && "you"]
    .filter(Boolean)
    .join(", ");
  return element(
    "div",
    { class: "member", role: "group", "aria-label": nameOf(user) },
    face(user.id, nameOf(user)),
    element(
      "span",
      { class: "lines" },
      element("b", {}, nameOf(user)),
      element("small", {}, about),
    ),
    element("span", {}, actions),
  );
}

/** Make a button that gives a user another role. */
function setter(chat, user, label, role) {
  const path = `/control/groups/${chat.chat.id}/members/${user.id}`;
  return button(label, () => attempt(ask("PUT", path, { role })), {
    class: "quiet",
    data: { key: `${label} ${user.id}` },
  });
}

function groupActions(chat) {
  const path = `/control/groups/${chat.chat.id}`;
  const mayUpgrade = chat.chat.type === "group" && chat.roles[world.me] === "creator";
  return [
    mayUpgrade &&
      button("Make it a supergroup", () => attempt(ask("POST", `${path}/upgrade`)), {
        class: "quiet",
      }),
    chat.chat.is_forum &&
      leads(chat, world.me) &&
      button("New topic", () => addTopic(path), { class: "quiet" }),
  ];
}

async function addTopic(path) {
  const name = field("Name", { maxLength: 128, required: true });
  const made = await dialog(
    "A new topic",
    [name.row],
    [
      ["Cancel", undefined],
      ["Open", () => ({ name: name.input.value })],
    ],
  );
  if (made) await attempt(ask("POST", `${path}/topics`, made));
}

/** Describe a group: the person who is played, and the number of members. */
export function describeMembers(chat) {
  const count = Object.keys(chat.roles).filter((id) => isInside(chat, id)).length;
  return `you are ${me().user.first_name} · ${count} ${count === 1 ? "member" : "members"}`;
}
