// Icons, in the colour of the text around them. Screen readers skip them, because a label says the same.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  attach: "M20 11.500l-8 8a5 5 0 0 1-7-7l8.500-8.500a3.400 3.400 0 0 1 4.800 4.800L10 17a1.700 1.700 0 0 1-2.400-2.400L15 7.200",
  back: "M15 5l-7 7 7 7",
  chats: "M4 9a4 4 0 0 1 4-4h5a4 4 0 0 1 4 4v1a4 4 0 0 1-4 4H8l-4 3zM20 11v9l-4-3h-4",
  clock: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  down: "M6 10l6 6 6-6",
  edit: "M4 20l1-4.500L16.500 4a2 2 0 0 1 3 3L8 18.500zM14.500 6l3 3",
  forward: "M14 7l5 5-5 5M19 12h-8a6 6 0 0 0-6 6",
  info: "M12 11v6M12 7.500v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  leave: "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M10 16l-4-4 4-4M6 12h9",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  mute: "M4 10v4h3l4 4V6L7 10zM16 10l4 4M20 10l-4 4",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  people: "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M3 20a6 6 0 0 1 12 0M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500a6 6 0 0 1 3 5.500",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  plus: "M12 5v14M5 12h14",
  read: "M2 12.500l4.500 4.500L15 8M11 16l1 1 9.500-9",
  refused: "M12 8v5M12 16.500v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  reply: "M10 7l-5 5 5 5M5 12h8a6 6 0 0 1 6 6",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M15.500 15.500L20 20",
  unread: "M4 6h16v12H4zM4 7l8 6 8-6",
  send: "M4 12l16-8-5 16-3.500-6.500zM11.500 13.500L20 4",
  remove: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  sent: "M5 12.500l4.500 4.500L19 7.500",
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
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
