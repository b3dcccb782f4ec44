/** The contents of messages, by kind. */

import { element } from "./dom.js";
import { formatted } from "./entities.js";
import { icon } from "./icons.js";
import { price } from "./money.js";
import { poll } from "./polls.js";
import { nameOf } from "./world.js";

/** Describe a message in one line, for the list of chats and for replies. */
export function summary(message) {
  if (!message) return "";
  return message.text ?? message.caption ?? brief(message);
}

function brief(message) {
  const kind = Object.keys(BRIEF).find((name) => name in message);
  return kind ? BRIEF[kind](message[kind], message) : "Message";
}

const BRIEF = {
  photo: () => "Photo",
  sticker: (sticker) => `${sticker.emoji ?? ""} Sticker`.trim(),
  venue: (venue) => venue.title,
  animation: () => "Animation",
  document: (file) => file.file_name ?? "Document",
  video: () => "Video",
  video_note: () => "Video message",
  voice: () => "Voice message",
  audio: (track) =>
    [track.performer, track.title ?? track.file_name ?? "Audio"].filter(Boolean).join(" – "),
  contact: (contact) => `Contact: ${nameOf(contact)}`,
  location: () => "Location",
  poll: (poll) => `Poll: ${poll.question}`,
  dice: (dice) => `${dice.emoji} ${dice.value}`,
  game: (game) => `Game: ${game.title}`,
  invoice: (invoice) => `Invoice: ${invoice.title}`,
  users_shared: () => "Shared people",
  chat_shared: () => "Shared a chat",
  managed_bot_created: ({ bot }) => `Created the bot @${bot.username}`,
  web_app_data: (data) => `Data from “${data.button_text}”`,
  successful_payment: (paid) => `Paid ${price(paid.total_amount, paid.currency)}`,
  refunded_payment: (paid) => `Refunded ${price(paid.total_amount, paid.currency)}`,
  forum_topic_created: (topic) => `Topic “${topic.name}” was opened`,
  forum_topic_edited: () => "The topic was changed",
  new_chat_members: (users) => `${users.map(nameOf).join(", ")} joined`,
  left_chat_member: (user) => `${nameOf(user)} left`,
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  connected_website: (domain) => `You have logged in at ${domain}, and the bot may write`,
  write_access_allowed: () => "The bot may write now",
  pinned_message: () => "A message was pinned",
};

const SERVICE = new Set([
  "users_shared",
  "chat_shared",
  "managed_bot_created",
  "web_app_data",
  "successful_payment",
  "refunded_payment",
  "forum_topic_created",
  "forum_topic_edited",
  "new_chat_members",
  "left_chat_member",
  "migrate_to_chat_id",
  "migrate_from_chat_id",
  "connected_website",
  "write_access_allowed",
  "pinned_message",
]);

/** Whether a message is a service message, which is drawn as a note without a bubble. */
export const isService = (message) => Object.keys(message).some((name) => SERVICE.has(name));

/** Draw the content of a message; returns nodes. */
export function content(message) {
  const kind = Object.keys(DRAWN).find((name) => name in message);
  const nodes = kind ? [DRAWN[kind](message[kind], message)] : [];
  const text = message.text ?? message.caption;
  if (text !== undefined) {
    const entities = message.entities ?? message.caption_entities;
    nodes.push(element("div", { class: "text" }, formatted(text, entities)));
  }
  if (!nodes.length) nodes.push(element("div", { class: "text faint" }, summary(message)));
  return nodes;
}

const DRAWN = {
  photo: (sizes, message) => picture(sizes.at(-1), message),
  animation: (file, message) =>
    file.mime_type === "image/gif"
      ? picture(file, message)
      : player("video", file, message, { loop: true }),
  document: download,
  video: (file, message) => player("video", file, message),
  video_note: (file, message) => player("video", file, message),
  voice: (file, message) => player("audio", file, message),
  audio: (file, message) => titled("Audio", brief(message), "", player("audio", file, message)),
  contact: (contact) => card("contact", nameOf(contact), contact.phone_number),
  sticker: (sticker, message) => picture(sticker, message, "sticker"),
  venue: (venue) => card("place", venue.title, venue.address),
  location: ({ latitude, longitude }) =>
    card("place", "Location", `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`),
  poll,
  dice: (dice) =>
    element("div", { class: "dice" }, dice.emoji, element("b", {}, String(dice.value))),
  game: (game, { scores }) =>
    titled("Game", game.title, game.description, scores && highScores(scores)),
  invoice: (invoice) =>
    titled(
      "Invoice",
      invoice.title,
      invoice.description,
      element("strong", {}, price(invoice.total_amount, invoice.currency)),
    ),
};

/** The address of a file. */
const fileUrl = (file) => `/control/files/${encodeURIComponent(file.file_id)}`;

function picture(size, message, looks = "photo") {
  const alt = brief(message);
  return element("img", {
    class: looks,
    alt,
    src: fileUrl(size),
    width: size.width,
    height: size.height,
    on: {
      error: (event) =>
        event.target.replaceWith(card("photo", alt, `${size.width} × ${size.height}`)),
    },
  });
}

/** Draw a video or sound with the browser's controls; if it can't be played, a download. */
function player(tag, file, message, properties = {}) {
  return element(tag, {
    class: "player",
    controls: true,
    preload: "metadata",
    src: fileUrl(file),
    "aria-label": brief(message),
    on: { error: (event) => event.target.replaceWith(download(file, message)) },
    ...properties,
  });
}

/** Draw a file as a download. */
function download(file, message) {
  return card("file", brief(message), bytes(file.file_size), fileUrl(file), file.file_name);
}

function card(sign, title, detail, url, name = title) {
  const parts = [
    element("span", { class: "sign" }, icon(sign)),
    element("span", {}, element("b", {}, title), element("small", {}, detail ?? "")),
  ];
  return url
    ? element("a", { class: "card", href: url, download: name }, parts)
    : element("div", { class: "card" }, parts);
}

function titled(kind, title, description, ...more) {
  return element(
    "div",
    { class: "titled" },
    element("small", {}, kind),
    element("b", {}, title),
    element("p", {}, description),
    more,
  );
}

/** Draw the high scores of a game. */
const highScores = (scores) =>
  element(
    "ol",
    { class: "scores", "aria-label": "High scores" },
    scores.map(({ user, score }) =>
      element("li", {}, nameOf(user), " ", element("b", {}, String(score))),
    ),
  );

function bytes(size) {
  if (!size) return "";
  const units = ["B", "kB", "MB"];
  const step = Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  return `${Number((size / 1000 ** step).toFixed(1))} ${units[step]}`;
}
