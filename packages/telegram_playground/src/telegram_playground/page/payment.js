/** Pays invoices: details, shipping, tip, confirmation. */

import { ask } from "./api.js";
import { button, element } from "./dom.js";
import { field, tick } from "./fields.js";
import { price, total, unitOf } from "./money.js";
import { alertBox, attempt, dialog, toast } from "./notices.js";
import { me, nameOf, world } from "./world.js";

/** The details that persons gave at their last payment, by user id. */
const known = new Map();

/** Pay the invoice of a message. */
export const pay = ({ chat, message_id: id, invoice, bill }) =>
  settle({ invoice, bill, path: `/control/chats/${chat.id}/messages/${id}` });

/** Pay the invoice behind a link; returns the status that a Mini App's `invoiceClosed` has. */
export async function payLink(url) {
  const path = "/control/invoices";
  const found = await attempt(ask("GET", `${path}?url=${encodeURIComponent(url)}`));
  return found ? settle({ ...found, path, url }) : "failed";
}

async function settle(due) {
  const {
    bill,
    invoice: { currency },
  } = due;
  const told = await tellDetails(bill);
  if (told === undefined) return "cancelled";
  const shipping = bill.is_flexible ? await chooseShipping(due, told.shipping_address) : null;
  if (shipping === undefined) return "cancelled";
  const prices = [...bill.prices, ...(shipping?.prices ?? [])];
  const tip = await confirm(due, prices);
  if (tip === undefined) return "cancelled";
  const paid = await post(due, "pay", { tip, order_info: told, shipping_option_id: shipping?.id });
  if (paid)
    toast(paid.ok ? `Paid ${price(total(prices) + tip, currency)}` : `Not paid: ${paid.error}`);
  return paid?.ok ? "paid" : "failed";
}

const post = ({ path, url }, deed, content) =>
  attempt(ask("POST", `${path}/${deed}`, { person: world.me, url, ...content }));

/** Ask for the `OrderInfo`; null if the invoice needs none, undefined if the person cancels. */
async function tellDetails(bill) {
  const { user } = me();
  const before = known.get(user.id) ?? {
    name: nameOf(user),
    phone_number: "",
    email: "",
    shipping_address: { country_code: "DE" },
  };
  const wishes = [
    bill.need_name && ["name", { label: "Name" }],
    bill.need_phone_number && ["phone_number", { label: "Phone number", type: "tel" }],
    bill.need_email && ["email", { label: "Email", type: "email" }],
  ]
    .filter(Boolean)
    .map(([name, { label, ...properties }]) => [
      name,
      field(label, { ...properties, value: before[name] ?? "", required: true }),
    ]);
  const address =
    bill.need_shipping_address || bill.is_flexible
      ? addressFields(before.shipping_address ?? {})
      : [];
  const rows = [...wishes, ...address].map(([, { row }]) => row);
  if (!rows.length) return null;
  const values = (fields) =>
    Object.fromEntries(fields.map(([name, { input }]) => [name, input.value.trim()]));
  const told = await dialog("Your details", rows, [
    ["Cancel", undefined],
    [
      "Continue",
      () => ({
        ...values(wishes),
        ...(address.length && { shipping_address: values(address) }),
      }),
    ],
  ]);
  if (told) known.set(user.id, { ...before, ...told });
  return told;
}

/** Make the fields of a `ShippingAddress`. */
function addressFields(before) {
  const labels = {
    street_line1: "Street",
    street_line2: "More of the address",
    post_code: "Post code",
    city: "City",
    state: "State",
    country_code: "Country, two letters",
  };
  return Object.entries(labels).map(([name, label]) => [
    name,
    field(label, {
      value: before[name] ?? "",
      required: !["street_line2", "state"].includes(name),
      ...(name === "country_code" && { pattern: "[A-Z]{2}" }),
    }),
  ]);
}

/** Let the person choose one of the bot's shipping options; undefined if they cancel. */
async function chooseShipping(due, address) {
  const { currency } = due.invoice;
  const answer = await post(due, "shipping", { address });
  if (!answer?.ok) {
    if (answer) await alertBox("It can't be shipped", answer.error ?? "The bot does not answer.");
    return undefined;
  }
  const options = answer.shipping_options;
  const ticks = options.map(({ id, title, prices }, index) =>
    tick("radio", `${title}, ${price(total(prices), currency)}`, id, index === 0),
  );
  return dialog(
    "Shipping",
    ticks.map(({ row }) => row),
    [
      ["Cancel", undefined],
      ["Continue", () => options[ticks.findIndex(({ input }) => input.checked)]],
    ],
  );
}

/** Show the total and ask for a tip; returns the tip, or undefined if the person cancels. */
function confirm(due, prices) {
  const {
    bill,
    invoice: { title, description, currency },
  } = due;
  const unit = unitOf(currency);
  const most = bill.max_tip_amount ?? 0;
  const tip = field(`Tip, up to ${price(most, currency)}`, {
    type: "number",
    min: 0,
    max: most / unit,
    step: 1 / unit,
    value: 0,
    on: { input: draw },
  });
  const tipped = () => Math.round((tip.input.valueAsNumber || 0) * unit);
  const sum = element("b");
  function draw() {
    sum.textContent = price(total(prices) + tipped(), currency);
  }
  draw();
  const line = (label, amount) => element("li", {}, element("span", {}, label), amount);
  const suggestions = (bill.suggested_tip_amounts ?? []).map((amount) =>
    button(
      price(amount, currency),
      () => {
        tip.input.value = amount / unit;
        draw();
      },
      { class: "quiet" },
    ),
  );
  return dialog(
    title,
    [
      element("p", { class: "preline" }, description),
      most > 0 && tip.row,
      most > 0 && element("div", { class: "suggestions" }, suggestions),
      element(
        "ul",
        { class: "prices" },
        prices.map(({ label, amount }) => line(label, price(amount, currency))),
        line(element("b", {}, "Total"), sum),
      ),
    ],
    [
      ["Cancel", undefined],
      ["Pay", tipped],
    ],
  );
}
