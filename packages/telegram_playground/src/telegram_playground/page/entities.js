/** Draws texts with entities, whose offsets count UTF-16 units, as JavaScript strings do. */

import { element } from "./dom.js";
import { openLink, openMention } from "./links.js";
import { sendText } from "./sending.js";
import { openChat, world } from "./world.js";

const PLAIN_TAGS = {
  bold: "b",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/** Draw a text; returns nodes. */
export function formatted(text, entities = []) {
  const inOrder = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return range(text, 0, text.length, inOrder);
}

/** Draw a part of a text with the entities that begin in it; returns nodes. */
function range(text, begin, end, entities) {
  const nodes = [];
  let at = begin;
  for (let i = 0; i < entities.length; i += 1) {
    const entity = entities[i];
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || entity.offset >= end) continue;
    const inner = entities.slice(i + 1).filter((other) => other.offset < stop);
    nodes.push(text.slice(at, entity.offset));
    nodes.push(
      wrapped(entity, text.slice(entity.offset, stop), range(text, entity.offset, stop, inner)),
    );
    at = stop;
  }
  nodes.push(text.slice(at, end));
  return nodes.filter((node) => node !== "");
}

function wrapped(entity, text, inner) {
  if (entity.type in PLAIN_TAGS) return element(PLAIN_TAGS[entity.type], {}, inner);
  switch (entity.type) {
    case "pre":
      return element("pre", { data: entity.language && { language: entity.language } }, inner);
    case "spoiler":
      return spoiler(inner);
    case "text_link":
      return link(inner, () => openLink(entity.url), entity.url);
    case "url":
      return link(inner, () => openLink(/^[a-z]+:/i.test(text) ? text : `https://${text}`));
    case "mention":
      return link(inner, () => openMention(text.slice(1)));
    case "bot_command":
      return link(inner, () => sendText(addressed(text)), `Send ${text}`);
    case "email":
    case "phone_number":
    case "hashtag":
    case "cashtag":
    case "text_mention":
      return element("span", { class: "mark" }, inner);
    default:
      return element("span", {}, inner);
  }
}

/** Add the bot's username to a command if the open chat is a group. */
export function addressed(command) {
  const plain = openChat().chat.type === "private" || command.includes("@");
  return plain ? command : `${command}@${world.bot.username}`;
}

function link(inner, open, title) {
  return element("button", { type: "button", class: "link", title, on: { click: open } }, inner);
}

function spoiler(inner) {
  const cover = element(
    "span",
    {
      class: "spoiler",
      role: "button",
      tabIndex: 0,
      "aria-label": "Hidden text",
      on: {
        click: reveal,
        keydown: (event) => ["Enter", " "].includes(event.key) && reveal(event),
      },
    },
    inner,
  );
  function reveal(event) {
    event.preventDefault();
    cover.classList.add("shown");
    cover.removeAttribute("aria-label");
  }
  return cover;
}
