/** The page's texts, and numbers and days in the person's language. */

let texts = {};
let language = "en";
let formats = {};

/** Set the language, and fill in the texts of the page. */
export function speak(start) {
  ({ texts, language } = start);
  document.documentElement.lang = language;
  document.title = texts.title;
  for (const place of document.querySelectorAll("[data-text]"))
    place.textContent = texts[place.dataset.text];
  for (const place of document.querySelectorAll("[data-label]"))
    place.ariaLabel = texts[place.dataset.label];
  const days = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });
  formats = {
    number: new Intl.NumberFormat(language, { maximumFractionDigits: 1 }),
    short: new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }),
    near: new Intl.RelativeTimeFormat(language, { numeric: "auto" }),
    time: days({ timeZone: start.zone, hour: "numeric", minute: "2-digit" }),
    long: days({ weekday: "long", day: "numeric", month: "long", year: "numeric" }),
    range: days({ day: "numeric", month: "short", year: "numeric" }),
    month: days({ month: "long", year: "numeric" }),
    year: days({ year: "numeric" }),
    weekday: days({ weekday: "short" }),
    date: days({ day: "numeric" }),
    brief: days({ month: "short" }),
  };
}

/** Give a text of the page. */
export const say = (key) => texts[key] ?? "";

/** Format a number; a dash if there is none. */
export const number = (value) => (value == null ? "–" : formats.number.format(value));

/** Format a number briefly, for an axis. */
export const short = (value) => formats.short.format(value);

/** Format the time of day. */
export const clock = (moment) => formats.time.format(new Date(moment));

/** Give a day such as "2026-11-21" in words; `today` has the same format. */
export function dayInWords(day, today) {
  const away = (Date.parse(day) - Date.parse(today)) / 86_400_000;
  const words = formats.long.format(new Date(day));
  if (away !== 0 && away !== -1) return upper(words);
  return `${upper(formats.near.format(away, "day"))}, ${words}`;
}

/** Give a period in words, as short as possible. */
export function periodInWords(kind, since, until) {
  const [first, last] = [new Date(since), new Date(until)];
  if (kind === "month" || kind === "year") return upper(formats[kind].format(first));
  return formats.range.formatRange(first, last);
}

/** Give the name below a bar: a weekday, a day, a month or a year. */
export function mark(unit, day, count) {
  if (unit === "day") return formats[count <= 7 ? "weekday" : "date"].format(new Date(day));
  return formats[unit === "month" ? "brief" : "year"].format(new Date(day));
}

const upper = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
