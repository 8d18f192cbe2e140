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
    if (typeof value === "function") on(node, name, value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  const inner = children.filter((child) => child !== null && child !== undefined);
  node.append(...inner);
  node.live = node.acts !== undefined || inner.some((child) => child.live); // an event can happen in it
  return node;
}

/** An event has one handler, which can be another one later: it asks the event for its element. */
function on(node, name, handler) {
  node.acts ||= {};
  if (!(name in node.acts)) node.addEventListener(name, (event) => node.acts[name](event));
  node.acts[name] = handler;
}

/** Give an element these children; what is there and alike stays, so that little is laid out and painted anew. */
export function become(node, ...children) {
  let at = node.firstChild;
  const drop = (end) => {
    while (at !== end) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };
  for (const child of children.filter((one) => one !== null && one !== undefined)) {
    const fresh = typeof child === "string" ? document.createTextNode(child) : child;
    let old = at;
    while (old && !alike(old, fresh)) old = old.nextSibling;
    if (old) {
      drop(old);
      at = at.nextSibling;
      renew(old, fresh);
    } else node.insertBefore(fresh, at);
  }
  drop(null);
}

const keyOf = (node) => node.dataset && node.dataset.key;
const alike = (old, fresh) => old.nodeName === fresh.nodeName && keyOf(old) === keyOf(fresh);

function renew(old, fresh) {
  if (fresh.nodeType === Node.TEXT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (!fresh.live && old.isEqualNode(fresh)) return;
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const [name, handler] of Object.entries(fresh.acts || {})) on(old, name, handler);
  become(old, ...fresh.childNodes);
  if (["INPUT", "SELECT", "TEXTAREA"].includes(old.nodeName) && old.value !== fresh.value) old.value = fresh.value;
}

/** A part that can be opened, and stays as it was when everything is drawn anew; `inner` makes what is in it. */
export function foldable(open, key, title, inner) {
  const shown = open.get(key) === true;
  const toggle = ({ currentTarget: part }) => {
    open.set(key, part.open);
    if (part.open && part.childElementCount === 1) part.append(...inner());
  };
  return make("details", { class: key.split(" ")[0], open: shown, "data-key": `part ${key}`, toggle },
    make("summary", { "data-key": key }, title), ...(shown ? inner() : []));
}
