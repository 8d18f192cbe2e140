// Elements with few words. Texts are set as texts: no value can become an element or a script.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, event handlers (functions) and children (elements or texts). */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for a picture. */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** A part that can be opened, and stays as it was when everything is drawn anew. */
export function foldable(open, key, title, ...children) {
  const node = make("details", { class: key.split(" ")[0], open: open.get(key) === true,
    toggle: () => open.set(key, node.open) }, make("summary", { "data-key": key }, title), ...children);
  return node;
}
