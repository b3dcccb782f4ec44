/** Periods of days such as "2026-11-21". In UTC, so that the browser's own time zone plays no part. */

/** The periods that can be taken, one after the other. */
export const STEPS = ["week", "month", "year"];

/** The week, month or year of a day: its first day and its last. */
export function around(kind, day) {
  const [year, month, date] = day.split("-").map(Number);
  if (kind === "week") {
    const monday = date - ((new Date(day).getUTCDay() + 6) % 7);
    return { since: text(year, month, monday), until: text(year, month, monday + 6) };
  }
  if (kind === "month") return { since: text(year, month, 1), until: text(year, month + 1, 0) };
  return { since: text(year, 1, 1), until: text(year, 12, 31) };
}

/** A day in the period after, or before with -1. */
export function moved(kind, { since }, by) {
  const [year, month, date] = since.split("-").map(Number);
  if (kind === "week") return text(year, month, date + 7 * by);
  return kind === "month" ? text(year, month + by, 1) : text(year + by, 1, 1);
}

/** A day that may be beyond the end of its month. */
function text(year, month, date) {
  return new Date(Date.UTC(year, month - 1, date)).toISOString().slice(0, 10);
}
