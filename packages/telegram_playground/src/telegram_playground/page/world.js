/** The state of the page: persons, chats, messages, and which of them are open. */

import { ask, listen } from "./api.js";

/**
 * Dispatches events when the state changes: `connection`, `people`, `place` (another person, chat
 * or topic), `messages` with `{chat, ids}` as detail, and `answers` to presses with a list of
 * `{id, answer}`.
 */
export const news = new EventTarget();

export const world = {
  bot: null,
  life: null,
  menus: null,
  connected: false,
  persons: new Map(),
  chats: new Map(),
  /** The ids of the person who is played, the open chat and its topic; or null. */
  me: null,
  chat: null,
  topic: null,
};

function tell(type, detail) {
  news.dispatchEvent(new CustomEvent(type, { detail }));
}

/** Connect to the server, and follow the address. */
export function begin() {
  addEventListener("popstate", follow);
  const answers = (told) => tell("answers", told);
  listen({ world: onWorld, chat: onChat, answers }, (connected) => {
    world.connected = connected;
    tell("connection");
  });
}

function onWorld(told) {
  if (world.life !== told.life) world.chats.clear();
  const first = !world.persons.size || world.life !== told.life;
  Object.assign(world, { bot: told.bot, life: told.life, menus: told.menus });
  world.persons = new Map(told.persons.map((person) => [person.user.id, person]));
  for (const summary of told.chats) {
    const known = world.chats.get(summary.chat.id) ?? {
      loaded: -1,
      told: 0,
      messages: new Map(),
      unread: 0,
    };
    world.chats.set(summary.chat.id, Object.assign(known, summary));
  }
  if (first || (world.chat !== null && !reads(openChat(), world.me)) || wanted()) follow();
  else tell("people");
}

function onChat(told) {
  const chat = world.chats.get(told.id);
  if (!chat) return;
  const fresh = told.messages.some(
    (message) => !chat.last || message.message_id > chat.last.message_id,
  );
  Object.assign(chat, { last: told.last, told: told.version });
  if (fresh && told.id !== world.chat) chat.unread += 1;
  if (chat.loaded >= told.after && told.version > chat.loaded) absorb(chat, told);
  else if (told.id === world.chat) load(chat);
  tell("people");
}

/** Apply changes to a chat. */
function absorb(chat, told) {
  for (const id of told.deleted) chat.messages.delete(id);
  for (const message of told.messages) chat.messages.set(message.message_id, message);
  chat.loaded = told.version;
  const ids = [...told.deleted, ...told.messages.map((message) => message.message_id)];
  tell("messages", { chat: chat.chat.id, ids });
}

/** Fetch the changes in a chat since it was loaded last. */
async function load(chat) {
  if (chat.loading) return;
  chat.loading = true;
  try {
    do {
      const after = chat.loaded;
      absorb(chat, await ask("GET", `/control/chats/${chat.chat.id}?after=${Math.max(after, 0)}`));
    } while (chat.loaded < chat.told && world.connected);
  } catch {
    // The next event of this chat, or the next connection, tries again.
  } finally {
    chat.loading = false;
  }
}

/** Whether a user is in a group. */
export const isInside = (chat, user) => !["left", "kicked", undefined].includes(chat.roles[user]);

/** Whether a user administers a group. */
export const leads = (chat, user) => ["creator", "administrator"].includes(chat.roles[user]);

/** Whether a person can open a chat; a group that became a supergroup can't be opened. */
export function reads(chat, person) {
  if (chat.chat.type === "private") return chat.chat.id === person;
  return isInside(chat, person) && !chat.migrated_to;
}

/** Give the title of a chat; a private chat has the name of the bot. */
export function titleOf(chat) {
  return chat.chat.type === "private" ? world.bot.first_name : chat.chat.title;
}

/** Give the id for the avatar of a chat; a private chat has that of the bot. */
export const faceOf = (chat) => (chat.chat.type === "private" ? world.bot.id : chat.chat.id);

/** Give the full name of a `User`, or the title of a `Chat`. */
export function nameOf(user) {
  return [user.first_name ?? user.title, user.last_name].filter(Boolean).join(" ");
}

/** Give the person who is played. */
export const me = () => world.persons.get(world.me);

/** Give the open chat. */
export const openChat = () => world.chats.get(world.chat);

/** Give the messages of the open chat or topic, oldest first. */
export function openMessages() {
  const all = [...(openChat()?.messages.values() ?? [])];
  if (!openChat()?.chat.is_forum) return all;
  return all.filter((message) => topicOf(message) === world.topic);
}

/** Give the topic id of a message; null for General. */
export function topicOf(message) {
  return message.is_topic_message ? message.message_thread_id : null;
}

/** Open another person, chat or topic: change the address and follow it at once. */
export function go({ me: person = world.me, chat = world.chat, topic = null }) {
  const hash = "#" + [person, chat, topic].filter((part) => part !== null).join("/");
  if (location.hash !== hash) history.pushState(null, "", hash);
  follow();
}

/** Give the ids in the address: person, chat, topic; a missing one matches nothing. */
const address = () => location.hash.slice(1).split("/").map(Number);

/** Whether the address names a chat that did not exist until now. */
const wanted = () => world.chat === null && world.chats.has(address()[1]);

/** Open what the address names, if it exists. */
function follow() {
  const [person, chat, topic] = address();
  world.me = world.persons.has(person) ? person : (world.persons.keys().next().value ?? null);
  const named = world.chats.get(chat);
  const found = world.chats.get(named?.migrated_to) ?? named;
  world.chat = found && reads(found, world.me) ? found.chat.id : null;
  world.topic = world.chat !== null && found.topics[topic] ? topic : null;
  if (world.chat !== null) {
    found.unread = 0;
    load(found);
  }
  tell("people");
  tell("place");
}
