/** The icons of the page, drawn because not every font has them. */

const PATHS = {
  attach: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.8-4 3.8-6 7.5-6s6.7 2 7.5 6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  close: "M6 6l12 12M18 6L6 18",
  down: "M12 5v14M6 13l6 6 6-6",
  edit: "M5 19h3L19 8l-3-3L5 16zM14 7l3 3",
  file: "M12 4v11M7 11l5 5 5-5M5 20h14",
  game: "M8 8h8a5 5 0 0 1 5 5v2a3 3 0 0 1-5.5 1.5L14 15h-4l-1.5 1.5A3 3 0 0 1 3 15v-2a5 5 0 0 1 5-5zM8 10.5v3M6.5 12h3M16 12h.01",
  inline: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.5 7.1",
  keys: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M18 10h.01M8 14h8",
  link: "M8 16L17 7M9 7h8v8",
  page: "M4 5h16v14H4zM4 9h16",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c.5-4 3-6 6-6s5.5 2 6 6M15.5 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3 2.7 3.3 5.5",
  photo: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
  place:
    "M12 21c4-5 6.5-8 6.5-11.5a6.5 6.5 0 1 0-13 0C5.5 13 8 16 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  poll: "M5 20V11M12 20V4M19 20v-6",
  reply: "M10 6l-6 6 6 6M4 12h9c4 0 6 2 7 6",
  send: "M4 12L20 4l-5 16-3.5-6.5z",
  star: "M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17l-5.3 3 1.1-6L3.4 9.8l6-.8z",
};

const SVG = "http://www.w3.org/2000/svg";

/** Draw an icon. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
