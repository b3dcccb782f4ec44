/** Periods of days such as "2026-11-21", computed in UTC to ignore the browser's time zone. */

/** The kinds of periods that people can step through. */
export const STEPS = ["week", "month", "year"];

/** Give the first and last day of the week, month or year of a day. */
export function around(kind, day) {
  const [year, month, date] = day.split("-").map(Number);
  if (kind === "week") {
    const monday = date - ((new Date(day).getUTCDay() + 6) % 7);
    return { since: text(year, month, monday), until: text(year, month, monday + 6) };
  }
  if (kind === "month") return { since: text(year, month, 1), until: text(year, month + 1, 0) };
  return { since: text(year, 1, 1), until: text(year, 12, 31) };
}

/** Give a day in the period that is `by` steps later; -1 is the one before. */
export function moved(kind, { since }, by) {
  const [year, month, date] = since.split("-").map(Number);
  if (kind === "week") return text(year, month, date + 7 * by);
  return kind === "month" ? text(year, month + by, 1) : text(year + by, 1, 1);
}

/** Format a day; its number may be outside of the month. */
function text(year, month, date) {
  return new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);
}
