/** Amounts of money, which come in the smallest units of their currency; Stars have no smaller ones. */

const style = (currency) => new Intl.NumberFormat(undefined, { style: "currency", currency });

/** How many of the smallest units make one, such as 100 cents a euro. */
export const unitOf = (currency) =>
  currency === "XTR" ? 1 : 10 ** style(currency).resolvedOptions().maximumFractionDigits;

/** An amount as people write it. */
export const price = (amount, currency) =>
  currency === "XTR" ? `★ ${amount}` : style(currency).format(amount / unitOf(currency));

/** What several `LabeledPrice` objects come to. */
export const total = (prices) => prices.reduce((sum, { amount }) => sum + amount, 0);
