/* Sliders over a function of the kernel's: one move in flight, the last value wins, so that it never lags behind. */

const SLIDERS = new WeakMap(); // api (one for each place where the panel is shown) -> what keeps its element up to date

function sliderShort(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

function sliderRow(row, move) {
  const [id, name] = [uid("slider"), row.name];
  const range = h("input", { type: "range", class: "lt-range", id, min: String(row.low), max: String(row.high), step: String(row.step), "data-key": `${name}:range` });
  const exact = h("input", { type: "number", class: "lt-field lt-exact", min: String(row.low), max: String(row.high), step: row.whole ? "1" : "any", "aria-label": `${name}, exact value`, "data-key": `${name}:exact` });
  const told = h("output", { class: "lt-told", for: id });
  const set = (value, from) => {
    if (from !== range) range.value = String(value);
    if (from !== exact) exact.value = String(value);
    told.textContent = sliderShort(value);
  };
  const kept = (value) => Math.min(row.high, Math.max(row.low, row.whole ? Math.round(value) : value));
  range.addEventListener("input", () => { const value = Number(range.value); set(value, range); move(name, value); });
  exact.addEventListener("input", () => {
    if (exact.value === "" || !Number.isFinite(exact.valueAsNumber)) return;
    const value = kept(exact.valueAsNumber);
    set(value, exact);
    move(name, value);
  });
  exact.addEventListener("change", () => { exact.value = exact.value === "" ? range.value : String(kept(exact.valueAsNumber)); });
  set(row.value);
  const element = h("div", { class: "lt-slider" },
    h("label", { for: id }, h("code", {}, name), " = ", told),
    range, exact);
  return { element, set };
}

function newSliders(view, api) {
  const values = Object.fromEntries(view.sliders.map((row) => [row.name, row.value]));
  const out = { result: h("div", { class: "lt-outcome" }), chart: h("div", { class: "lt-chart" }), fault: h("p", { class: "lt-notice", role: "alert" }) };
  let [busy, waiting, quiet] = [false, false, null];
  const post = () => {
    busy = true;
    waiting = false;
    api.send("move", { values: { ...values } }).then(() => {
      busy = false;
      if (waiting) post();
    });
  };
  const move = (name, value) => {
    values[name] = value;
    waiting = true;
    if (!busy) post();
    clearTimeout(quiet);
    quiet = setTimeout(() => api.say(out.fault.textContent || plain(out.result) || plain(out.chart)), 700);
  };
  const rows = view.sliders.map((row) => sliderRow(row, move));
  const head = uid("sliders");
  const element = h("section", { class: "lt-card lt-sliders", "aria-labelledby": head },
    h("p", { class: "lt-label", id: head }, view.title),
    h("div", { class: "lt-knobs" }, rows.map((row) => row.element)),
    out.fault, out.result, out.chart);
  const show = (next) => {
    out.result.innerHTML = next.result_html;
    out.chart.innerHTML = next.chart_html;
    if (out.fault.textContent !== next.fault) out.fault.textContent = next.fault;
    if (busy || waiting) return; // a hand is on a slider here: its own values are newer
    next.sliders.forEach((row, place) => { values[row.name] = row.value; rows[place].set(row.value); });
  };
  show(view);
  return { element, show };
}

/* The same element is given back each time: a slider that was replaced while dragged would be lost to the hand. */
KINDS.sliders = (view, api) => {
  const found = SLIDERS.get(api);
  if (found) {
    found.show(view);
    return found.element;
  }
  const made = newSliders(view, api);
  SLIDERS.set(api, made);
  return made.element;
};
