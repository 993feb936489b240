/* The page's ground: making elements, and the table of renderers. Files of this folder are joined, in the order of
   their names, into one ES module. */

const KINDS = {}; // view.kind -> (view, api) => element
const INPUTS = {}; // kind of question -> (view, box, id of the stem) => element; box: {get(), set(answer), off, note(part), submit()}

let lastUid = 0;
const uidSalt = Math.random().toString(36).slice(2, 8); // each widget has its own copy of this module

function uid(prefix) {
  lastUid += 1;
  return `${prefix}-${uidSalt}-${lastUid}`;
}

function h(tag, attrs, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "html") element.innerHTML = value; // only strings named *_html, made safe in Python
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function button(key, label, onclick, attrs) {
  return h("button", { type: "button", class: "lt-button", "data-key": key, onclick, ...attrs }, label);
}

function plain(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

function htmlText(html) {
  return plain(h("div", { html }));
}

function keyed(root, key) {
  return key ? root.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
}
