/** Dialogs in which a person chooses what to share. */

import { element } from "./dom.js";
import { field, tick } from "./fields.js";
import { chooseChat } from "./links.js";
import { choose, dialog } from "./notices.js";
import { send } from "./sending.js";
import { isInside, me, nameOf, world } from "./world.js";

/** Give a person's anonymous number (+888), as the server does for request buttons. */
const phoneOf = (user) => `+888${String(user.id).padStart(8, "0")}`;

/** Share a contact: the person's own, another person's, or a stranger's. */
export async function pickContact() {
  const persons = [...world.persons.values()].map(({ user }) => user);
  const ticks = persons.map((user) =>
    tick(
      "radio",
      `${nameOf(user)}${user.id === world.me ? " (you)" : ""}, ${phoneOf(user)}`,
      user.id,
      user.id === world.me,
    ),
  );
  const stranger = tick("radio", "Somebody who is not in Telegram", 0, false);
  const name = field("Name", { value: "Dora", maxLength: 64, required: true });
  const phone = field("Phone number", { value: "+15550100", type: "tel", required: true });
  const details = element("fieldset", { hidden: true, disabled: true }, name.row, phone.row);
  const all = [...ticks, stranger];
  const list = element(
    "div",
    {
      on: {
        change: () => {
          details.hidden = details.disabled = !stranger.input.checked;
        },
      },
    },
    all.map(({ row }) => row),
    details,
  );
  const contact = await dialog(
    "Share a contact",
    [list],
    [
      ["Cancel", undefined],
      [
        "Share",
        () => {
          if (stranger.input.checked)
            return { phone_number: phone.input.value, first_name: name.input.value };
          const user = persons[ticks.findIndex(({ input }) => input.checked)];
          return { phone_number: phoneOf(user), first_name: user.first_name, user_id: user.id };
        },
      ],
    ],
  );
  return contact && send({ contact });
}

/** Share a location by its coordinates. */
export async function pickLocation() {
  const degrees = (label, value, most) =>
    field(label, { type: "number", step: "any", min: -most, max: most, value, required: true });
  const latitude = degrees("Latitude", 48.85837, 90);
  const longitude = degrees("Longitude", 2.29448, 180);
  const location = await dialog(
    "Share a location",
    [latitude.row, longitude.row],
    [
      ["Cancel", undefined],
      [
        "Share",
        () => ({
          latitude: latitude.input.valueAsNumber,
          longitude: longitude.input.valueAsNumber,
        }),
      ],
    ],
  );
  return location && send({ location });
}

/**
 * Make a poll or a quiz.
 * @param {string|undefined} kind `regular` or `quiz` if only that kind is allowed.
 */
export async function pickPoll(kind) {
  const question = field("Question", { maxLength: 300, required: true, autofocus: true });
  const options = field("Options, one a line", { tag: "textarea", rows: 4, required: true });
  const quiz = tick("checkbox", "A quiz, with one right answer", "quiz", kind === "quiz");
  const right = field("Number of the right answer", {
    type: "number",
    min: 1,
    max: 12,
    value: 1,
    required: true,
  });
  const many = tick("checkbox", "Several answers", "many", false);
  const anonymous = tick("checkbox", "Anonymous", "anonymous", true);
  quiz.row.hidden = kind !== undefined;
  const draw = () => {
    right.row.hidden = right.input.disabled = !quiz.input.checked;
    many.row.hidden = quiz.input.checked;
  };
  quiz.input.addEventListener("change", draw);
  draw();
  const rows = [question.row, options.row, anonymous.row, many.row, quiz.row, right.row];
  const poll = await dialog(kind === "quiz" ? "New quiz" : "New poll", rows, [
    ["Cancel", undefined],
    [
      "Send",
      () => ({
        question: question.input.value,
        options: options.input.value
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
        is_anonymous: anonymous.input.checked,
        ...(quiz.input.checked
          ? { type: "quiz", correct_option_id: right.input.valueAsNumber - 1 }
          : { type: "regular", allows_multiple_answers: many.input.checked }),
      }),
    ],
  ]);
  return poll && send({ poll });
}

/** Share users with the bot, as many as the button allows. */
export async function pickUsers(request) {
  const users = [...world.persons.values()].map(({ user }) => user);
  if (request.user_is_bot !== false) users.push(world.bot);
  const fits = users.filter(
    (user) =>
      request.user_is_bot === undefined ||
      request.user_is_bot === null ||
      user.is_bot === request.user_is_bot,
  );
  const most = request.max_quantity ?? 1;
  const ticks = fits.map((user) =>
    tick(most > 1 ? "checkbox" : "radio", nameOf(user), user.id, false),
  );
  const list = element(
    "div",
    {},
    ticks.map(({ row }) => row),
  );
  const chosen = () =>
    ticks.filter(({ input }) => input.checked).map(({ input }) => Number(input.value));
  const title = most > 1 ? `Choose up to ${most} people` : "Choose somebody";
  const ids = await dialog(
    title,
    [list],
    [
      ["Cancel", undefined],
      [
        "Share",
        () => {
          const found = chosen();
          return found.length && found.length <= most ? found : undefined;
        },
      ],
    ],
  );
  return ids && send({ users_shared: { request_id: request.request_id, user_ids: ids } });
}

/** Share a group with the bot. */
export async function pickChat(request) {
  const chat = await chooseChat("Choose a chat", (found) => suits(found, request));
  return chat && send({ chat_shared: { request_id: request.request_id, chat_id: chat.chat.id } });
}

function suits({ chat, roles }, request) {
  const wants = (wish, is) => wish === undefined || wish === null || wish === Boolean(is);
  return (
    chat.type !== "private" &&
    !request.chat_is_channel &&
    wants(request.chat_is_forum, chat.is_forum) &&
    wants(request.chat_has_username, chat.username) &&
    (!request.chat_is_created || roles[world.me] === "creator") &&
    (!request.bot_is_member || isInside({ roles }, world.bot.id))
  );
}

/** Create a bot that the bot manages. */
export async function pickBot(request) {
  const name = field("Name", {
    value: request.suggested_name ?? "",
    maxLength: 64,
    required: true,
  });
  const username = field("Username, which ends in “bot”", {
    value: request.suggested_username ?? "",
    pattern: "[A-Za-z]\\w{1,28}[Bb][Oo][Tt]",
    required: true,
  });
  const made = await dialog(
    "New bot",
    [name.row, username.row],
    [
      ["Cancel", undefined],
      [
        "Create",
        () => ({
          request_id: request.request_id,
          name: name.input.value,
          username: username.input.value,
        }),
      ],
    ],
  );
  return made && send({ managed_bot: made });
}

/** Send a photo or any other file from this machine. */
function pickFile() {
  const input = element("input", {
    type: "file",
    on: {
      change: async () => {
        const [file] = input.files;
        const sent = { name: file.name, data: await base64(file) };
        send(
          ["image/png", "image/jpeg"].includes(file.type) ? { photo: sent } : { document: sent },
        );
      },
    },
  });
  input.click();
}

function base64(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.readAsDataURL(file);
  });
}

/** Ask what to share, and share it. */
export async function pickAttachment() {
  const kinds = {
    "Photo or file": pickFile,
    Contact: pickContact,
    Location: pickLocation,
    Poll: () => pickPoll(),
  };
  const pick = await choose(`${me().user.first_name} shares`, Object.entries(kinds));
  await pick?.();
}
