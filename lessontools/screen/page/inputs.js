/* Inputs of the kinds that are picked or typed: choice, several, curve, predict, number, text, bug-line,
   trace-table, flashcard, explain. */

function options(view, box, head) {
  const { many } = view.body;
  const name = uid("choice");
  const picked = () => (many ? box.get() || [] : [box.get()]);
  const change = (id, on) => {
    if (!many) return box.set(id);
    return box.set(on ? [...picked(), id] : picked().filter((each) => each !== id));
  };
  const one = ({ id, html }) => h("div", { class: "lt-option" },
    h("label", {},
      h("input", {
        type: many ? "checkbox" : "radio", name, value: id, checked: picked().includes(id), disabled: box.off,
        "data-key": `${view.item}:${id}`, onchange: (event) => change(id, event.target.checked),
      }),
      h("span", { class: "lt-text", html })),
    many || view.type === "several" ? noteUnder(box, id) : null);
  return h("fieldset", { class: "lt-options", "aria-labelledby": head }, view.body.options.map(one));
}

function field(view, box, head) {
  const { unit } = view.body;
  const number = view.body.field === "number";
  const told = view.mark && view.mark.status === "invalid";
  const input = h("input", {
    type: "text", class: "lt-field", inputmode: number ? "decimal" : null, autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    "aria-labelledby": head, "aria-invalid": told ? "true" : null, "data-key": `${view.item}:field`, disabled: box.off,
    oninput: (event) => box.set(event.target.value),
    onkeydown: (event) => { if (event.key === "Enter") box.submit(); },
  });
  const kept = box.get();
  input.value = kept === null || kept === undefined ? "" : String(kept);
  return h("div", { class: "lt-row" }, input, unit ? h("span", { class: "lt-unit" }, unit) : null);
}

const byBody = (view, box, head) => (view.body.options ? options(view, box, head) : field(view, box, head));
for (const kind of ["choice", "several", "curve", "predict", "number", "text"]) INPUTS[kind] = byBody;

INPUTS["bug-line"] = (view, box, head) => {
  const name = uid("line");
  const one = (html, place) => {
    const number = place + 1;
    return h("div", { class: "lt-option lt-codeline" },
      h("label", {},
        h("input", {
          type: "radio", name, value: String(number), checked: box.get() === number, disabled: box.off,
          "data-key": `${view.item}:${number}`, onchange: () => box.set(number),
        }),
        h("span", { class: "lt-number" }, h("span", { class: "lt-hidden" }, "line "), String(number)),
        h("code", { class: "lt-code lt-text", html: html || " " })));
  };
  return h("fieldset", { class: "lt-options lt-lines", "aria-labelledby": head }, view.body.rows.map(one));
};

INPUTS["trace-table"] = (view, box, head) => {
  const { columns, table } = view.body;
  const names = columns.map(htmlText);
  const cell = (row, column, { name, html }) => {
    if (!name) return h("td", { html });
    const input = h("input", {
      type: "text", class: "lt-field", "aria-label": `${names[column]} after ${htmlText(row.html)}`, disabled: box.off, autocomplete: "off",
      "data-key": `${view.item}:${name}`,
      oninput: (event) => box.set({ ...(box.get() || {}), [name]: event.target.value }),
      onkeydown: (event) => { if (event.key === "Enter") box.submit(); },
    });
    input.value = (box.get() || {})[name] || "";
    return h("td", {}, input, noteUnder(box, name));
  };
  const row = (each) => h("tr", {}, h("th", { scope: "row", html: `<code class="lt-code">${each.html}</code>` }), each.cells.map((c, i) => cell(each, i, c)));
  return h("div", { class: "lt-scroll", tabindex: "0", role: "group", "aria-labelledby": head },
    h("table", { class: "lt-table" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "after"), columns.map((html) => h("th", { scope: "col", html })))),
      h("tbody", {}, table.map(row))));
};

INPUTS.flashcard = (view) => (view.body.back_html
  ? h("div", { class: "lt-back" }, h("p", { class: "lt-small" }, "Answer"), h("div", { html: view.body.back_html }))
  : h("p", { class: "lt-small" }, "Say it to yourself first."));

function flashcardButtons(view, act, add, main) {
  if (!view.shown) return add("show", "Show the answer", () => act("show"), main);
  if (view.mark) return add("rated", `Rated: ${view.answer}`, () => {}, { disabled: true });
  const rate = (answer) => () => act("rate", { answer });
  return ["again", "hard", "good", "easy"].forEach((each, place) => add(each, each[0].toUpperCase() + each.slice(1), rate(each), place ? {} : { "data-focus": "" }));
}

INPUTS.explain = (view, box, head) => {
  const kept = () => box.get() || {};
  const area = h("textarea", {
    class: "lt-field lt-area", rows: "4", "aria-labelledby": head, "data-key": `${view.item}:field`, disabled: view.done,
    oninput: (event) => box.set({ text: event.target.value }),
  });
  area.value = kept().text || "";
  if (!view.body.rubric) return area;
  const tick = (id, on) => {
    const met = kept().met || [];
    box.set({ text: area.value, met: on ? [...met, id] : met.filter((each) => each !== id) });
  };
  const one = ({ id, html }) => h("div", { class: "lt-option" }, h("label", {},
    h("input", {
      type: "checkbox", checked: (kept().met || []).includes(id), disabled: view.done, "data-key": `${view.item}:${id}`,
      onchange: (event) => tick(id, event.target.checked),
    }), h("span", { class: "lt-text", html })));
  return h("div", {}, area,
    h("div", { class: "lt-back" }, h("p", { class: "lt-small" }, "One good answer"), h("div", { html: view.body.model_html })),
    h("fieldset", { class: "lt-options" }, h("legend", {}, "Which of these does yours say?"), view.body.rubric.map(one)));
};

function explainButtons(view, box, add, main) {
  if (view.done) return;
  if (!view.body.rubric) {
    add("check", view.feedback ? "Compare" : "Save", box.submit, main);
    return;
  }
  add("mark", "Save my comparison", () => {
    const kept = box.get() || {};
    box.set({ text: kept.text, met: kept.met || [] });
    box.submit();
  }, main);
}
