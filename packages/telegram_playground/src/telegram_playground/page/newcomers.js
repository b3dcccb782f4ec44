/** Adds persons and groups. */

import { ask } from "./api.js";
import { element } from "./dom.js";
import { field, tick } from "./fields.js";
import { attempt, choose, dialog } from "./notices.js";
import { go, me, nameOf, world } from "./world.js";

/** Ask what to add, and add it. */
export async function addNew() {
  const add = await choose("Add", [
    ["A person", addPerson],
    ["A group", addGroup],
  ]);
  await add?.();
}

async function addPerson() {
  const name = field("First name", { maxLength: 64, required: true });
  const language = field("Language code", {
    value: me()?.user.language_code ?? "en",
    pattern: "[a-z]{2}",
  });
  const fields = await dialog(
    "A new person",
    [name.row, language.row],
    [
      ["Cancel", undefined],
      [
        "Add",
        () => ({ first_name: name.input.value, language_code: language.input.value || null }),
      ],
    ],
  );
  if (fields) await attempt(ask("POST", "/control/persons", fields));
}

const TYPES = {
  Supergroup: { type: "supergroup" },
  "Small group, which may become one": { type: "group" },
  "Forum with topics": { type: "supergroup", is_forum: true },
};

/** Add a group, which the person who is played owns. */
async function addGroup() {
  const title = field("Title", { maxLength: 128, required: true });
  const types = Object.keys(TYPES).map((label, index) => tick("radio", label, label, index === 0));
  const users = [world.bot, ...[...world.persons.values()].map(({ user }) => user)].filter(
    ({ id }) => id !== world.me,
  );
  const members = users.map((user) => tick("checkbox", nameOf(user), user.id, true));
  const rows = [
    title.row,
    ...types.map(({ row }) => row),
    element("h4", {}, "Members"),
    ...members.map(({ row }) => row),
  ];
  const plan = await dialog("A new group", rows, [
    ["Cancel", undefined],
    [
      "Create",
      () => {
        const type = TYPES[types.find(({ input }) => input.checked).input.value];
        const ids = members
          .filter(({ input }) => input.checked)
          .map(({ input }) => Number(input.value));
        const persons = ids.filter((id) => id !== world.bot.id).map((id) => [id, "member"]);
        return {
          title: title.input.value,
          ...type,
          bot: ids.includes(world.bot.id) ? "member" : "left",
          roles: Object.fromEntries([...persons, [world.me, "creator"]]),
        };
      },
    ],
  ]);
  const made = plan && (await attempt(ask("POST", "/control/groups", plan)));
  if (made) go({ chat: made.id });
}
