// A bot written with Telegraf, and its test: `npm install telegraf`, then run `telegram-playground
// --token 1:tea` in one terminal and `node --test` in another.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Markup, Telegraf } from "telegraf";

const url = process.env.TELEGRAM_URL ?? "http://127.0.0.1:8081";
const bot = new Telegraf("1:tea", { telegram: { apiRoot: url } });
const keyboard = (count) => Markup.inlineKeyboard([Markup.button.callback("+1", `${count + 1}`)]);

bot.command("start", (context) => context.reply("0", keyboard(0)));
bot.on("callback_query", async (context) => {
    const count = Number(context.callbackQuery.data);
    await context.editMessageText(String(count), keyboard(count));
    await context.answerCbQuery(`now ${count}`);
});

// The persons' side is JSON.
async function ask(method, path, body) {
    const options = { method, headers: { "Content-Type": "application/json" } };
    options.body = JSON.stringify(body);
    return (await fetch(`${url}/control${path}`, options)).json();
}

before(() => void bot.launch());
after(() => bot.stop());

test("a press counts", async () => {
    const { calls } = await ask("GET", ""); // how many there were before
    const person = (await ask("POST", "/persons", { first_name: "Ann" })).user.id;
    const chat = `/chats/${person}`;
    const { message_id } = await ask("POST", `${chat}/messages`, { person, text: "/start" });
    await ask("GET", `/calls?after=${calls}&method=sendMessage&wait=10`); // waits at most 10 s
    const press = `${chat}/messages/${message_id + 1}/press`;
    const { answer } = await ask("POST", press, { person, label: "+1", wait: 10 });
    assert.equal(answer.text, "now 1");
    assert.equal((await ask("GET", chat)).messages.at(-1).text, "1");
    const refused = (await ask("GET", `/calls?after=${calls}`)).filter((call) => call.error);
    assert.deepEqual(refused, []);
});
