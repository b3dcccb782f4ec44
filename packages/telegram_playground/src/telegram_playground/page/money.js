/** Amounts of money, in the smallest unit of their currency; a Star has no smaller unit. */

const style = (currency) => new Intl.NumberFormat(undefined, { style: "currency", currency });

/** Give the number of smallest units in one unit, such as 100 cents in a euro. */
export const unitOf = (currency) =>
  currency === "XTR" ? 1 : 10 ** style(currency).resolvedOptions().maximumFractionDigits;

/** Format an amount. */
export const price = (amount, currency) =>
  currency === "XTR" ? `★ ${amount}` : style(currency).format(amount / unitOf(currency));

/** Add up `LabeledPrice` objects. */
export const total = (prices) => prices.reduce((sum, { amount }) => sum + amount, 0);
