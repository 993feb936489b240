/* Inputs of the kinds that are arranged: match (a list beside each left side), order (two lists; buttons, arrow
   keys and dragging do the same). */

INPUTS.match = (view, box, head) => {
  const { lefts, rights } = view.body;
  const letter = (place) => String.fromCharCode(65 + place);
  const set = (id, value) => box.set({ ...(box.get() || {}), [id]: value });
  const one = ({ id, html }) => {
    const select = h("select", {
      class: "lt-field", disabled: box.off, "aria-label": `What belongs to: ${htmlText(html)}`, "data-key": `${view.item}:${id}`,
      onchange: (event) => set(id, event.target.value),
    }, h("option", { value: "" }, "choose"), rights.map((right, place) => h("option", { value: right.id }, `${letter(place)}  ${htmlText(right.html)}`)));
    select.value = (box.get() || {})[id] || "";
    return h("div", { class: "lt-pair" }, h("div", { class: "lt-text", html }), h("div", {}, select, noteUnder(box, id)));
  };
  const legend = rights.map((right, place) => h("li", {}, h("strong", {}, `${letter(place)} `), h("span", { html: right.html })));
  return h("div", { role: "group", "aria-labelledby": head }, h("ul", { class: "lt-rights" }, legend), h("div", { class: "lt-pairs" }, lefts.map(one)));
};

function orderActions(view, box, redraw) {
  const placed = () => box.get() || [];
  const key = (id) => `${view.item}:${id}`;
  const put = (list, focus) => { box.set(list); redraw(focus && key(focus)); };
  const moved = (id, place) => {
    const rest = placed().filter((each) => each !== id);
    return [...rest.slice(0, place), id, ...rest.slice(place)];
  };
  return {
    placed,
    key,
    add: (id) => put([...placed(), id], id),
    drop: (id) => put(placed().filter((each) => each !== id), id),
    to: (id, place) => put(moved(id, Math.max(0, Math.min(place, placed().length))), id),
    shift: (id, by) => put(moved(id, Math.max(0, Math.min(placed().indexOf(id) + by, placed().length - 1))), id),
  };
}

function orderKeys(event, id, inPlace, act) {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && inPlace && event.altKey) act.shift(id, by);
  else if (by) step(event.currentTarget, by);
  else if (event.key === "Enter" || event.key === " ") (inPlace ? act.drop : act.add)(id);
  else if ((event.key === "Delete" || event.key === "Backspace") && inPlace) act.drop(id);
  else return;
  event.preventDefault();
}

function step(from, by) {
  const all = [...from.closest(".lt-order").querySelectorAll(".lt-line")];
  const next = all[all.indexOf(from) + by];
  if (next) next.focus();
}

function dragged(grip, id, act) {
  grip.addEventListener("pointerdown", (down) => {
    down.preventDefault();
    const line = grip.closest("li");
    const list = line.closest(".lt-order").querySelector(".lt-placed");
    const rows = () => [...list.querySelectorAll("li")].filter((each) => each !== line);
    const place = (y) => rows().filter((row) => y > row.getBoundingClientRect().top + row.offsetHeight / 2).length;
    const move = (event) => { line.style.transform = `translateY(${event.clientY - down.clientY}px)`; };
    const stop = (event, done) => {
      grip.releasePointerCapture(down.pointerId);
      line.style.transform = "";
      line.classList.remove("lt-dragged");
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      if (done) act.to(id, place(event.clientY));
    };
    line.classList.add("lt-dragged");
    grip.setPointerCapture(down.pointerId);
    grip.onpointermove = move;
    grip.onpointerup = (event) => stop(event, true);
    grip.onpointercancel = (event) => stop(event, false);
  });
}

function orderLine(view, box, act, line, inPlace) {
  const { id, html, label } = line;
  const text = htmlText(html);
  const place = act.placed().indexOf(id);
  const small = (key, sign, name, run, attrs) => button(`${act.key(id)}:${key}`, h("span", { "aria-hidden": "true" }, sign), run, { class: "lt-button lt-mini", "aria-label": `${name}: ${text}`, ...attrs });
  const tools = box.off ? [] : inPlace
    ? [small("up", "↑", "Move up", () => act.shift(id, -1), { disabled: place === 0 }), small("down", "↓", "Move down", () => act.shift(id, 1), { disabled: place === act.placed().length - 1 }), small("drop", "×", "Take out", () => act.drop(id))]
    : [small("add", "+", "Place", () => act.add(id))];
  const grip = box.off ? null : h("span", { class: "lt-grip", "aria-hidden": "true" }, "⠿");
  const row = h("li", { class: line.twin && !inPlace ? "lt-twin" : "" }, grip,
    h("div", {
      class: "lt-line", tabindex: box.off ? null : "0", role: "group", "data-key": act.key(id),
      "aria-label": inPlace ? `${place + 1} of ${act.placed().length}: ${text}` : `not placed: ${text}`,
      onkeydown: (event) => !box.off && orderKeys(event, id, inPlace, act),
    }, h("code", { class: "lt-code", html }), label ? h("span", { class: "lt-tag" }, label) : null),
    h("span", { class: "lt-tools" }, tools), inPlace ? noteUnder(box, id) : null);
  if (grip) dragged(grip, id, act);
  return row;
}

INPUTS.order = (view, box, head) => {
  const holder = h("div", { class: "lt-order", role: "group", "aria-labelledby": head });
  const redraw = (focus) => {
    const lines = Object.fromEntries(view.body.lines.map((line) => [line.id, line]));
    const placed = act.placed().filter((id) => lines[id]);
    const pool = view.body.lines.filter((line) => !placed.includes(line.id));
    const help = uid("help");
    const twins = view.body.lines.some((line) => line.twin);
    holder.replaceChildren(
      h("div", {}, h("p", { class: "lt-small" }, "Lines to place"), h("ul", { class: "lt-pool" }, pool.map((line) => orderLine(view, box, act, line, false))), pool.length ? null : h("p", { class: "lt-small" }, "none left")),
      h("div", {}, h("p", { class: "lt-small" }, "Your order"), h("ol", { class: "lt-placed" }, placed.map((id) => orderLine(view, box, act, lines[id], true))), placed.length ? null : h("p", { class: "lt-empty" }, "empty so far")),
      box.off ? "" : h("p", { class: "lt-small lt-help", id: help }, `Enter places a line or takes it out; Alt with ↑ or ↓ moves it; or drag it.${twins ? " Lines with a bar on the left are two versions: at most one of them belongs here." : ""}`),
    );
    const target = keyed(holder, focus);
    if (target) target.focus();
  };
  const act = orderActions(view, box, redraw);
  redraw();
  return holder;
};
