/* A question: frame, hints, confidence, buttons, feedback. The part that differs by kind is in INPUTS. */

const SURE = [["sure", "Sure"], ["unsure", "Unsure"], ["guess", "A guess"]];
const MARKS = { right: "✓", partly: "◐", wrong: "✗", blank: "○", invalid: "?", crashed: "!" };

KINDS.stack = (view, api) => {
  const one = (card, place) => {
    const send = (name, data) => api.send(name, { ...data, card: place });
    return KINDS.question(card, { ...api, draft: api.draft, send });
  };
  return h("div", { class: "lt-stack" }, view.cards.map(one));
};

function draftOf(view, api) {
  const kept = (api.draft[view.item] || {});
  return kept.seed === view.seed ? kept : { seed: view.seed, answer: view.answer, confidence: view.confidence };
}

function newBox(view, api) {
  let state = draftOf(view, api);
  const keep = (patch) => {
    state = { ...state, ...patch };
    api.setDraft({ [view.item]: state });
  };
  return {
    off: !view.open || view.done,
    get: () => state.answer,
    set: (answer) => keep({ answer }),
    sure: () => state.confidence || "",
    setSure: (confidence) => keep({ confidence }),
    note: (part) => (view.mark && !view.open ? view.mark.notes[part] : null),
    submit: () => {},
  };
}

KINDS.question = (view, api) => {
  const box = newBox(view, api);
  const head = uid("stem");
  const act = (name, data) => api.send(name, data || {}).then((ok) => ok && spoken(api, view.item));
  box.submit = () => act("submit", { answer: box.get(), confidence: box.sure() });
  box.act = act;
  const make = INPUTS[view.type];
  const card = h("div", { role: "group", class: `lt-card lt-kind-${view.type}`, "data-item": view.item, "aria-labelledby": head },
    h("p", { class: "lt-label" }, view.label, triesLeft(view)),
    h("div", { class: "lt-stem", id: head, html: view.stem_html }),
    view.code_html ? h("div", { html: view.code_html }) : null,
    view.picture ? h("img", { class: "lt-picture", src: view.picture.url, alt: view.picture.alt }) : null,
    view.body.chart_html ? h("div", { class: "lt-chart", html: view.body.chart_html }) : null,
    make(view, box, head),
    hints(view),
    confidence(view, box),
    buttons(view, box, act),
    feedback(view),
    view.notice ? h("p", { class: "lt-notice", role: "alert" }, h("span", {}, view.notice), button(`${view.item}:do:flush`, "Retry", () => act("flush"))) : null,
  );
  SPEAK.set(view.item, sentence(view));
  return card;
};

const SPEAK = new Map(); // what the live region says of each card once an event was acknowledged

function spoken(api, item) {
  api.say("");
  setTimeout(() => api.say(SPEAK.get(item) || ""), 50); // a change from empty is announced even if the text is the same
}

function sentence(view) {
  if (view.notice) return view.notice;
  if (view.mark && !view.open) return `${view.mark.word}. ${htmlText(view.mark.feedback_html)}`;
  if (view.mark && view.mark.status === "invalid") return `${view.mark.word}. ${htmlText(view.mark.feedback_html)}`;
  if (view.mark && view.mark.status === "blank") return htmlText(view.mark.feedback_html);
  if (view.hints.length) return `Hint: ${htmlText(view.hints[view.hints.length - 1])}`;
  if (!view.open) return "Recorded.";
  return "";
}

function triesLeft(view) {
  if (view.tries_left === null || view.done) return "";
  return ` · ${view.tries_left} ${view.tries_left === 1 ? "try" : "tries"} left`;
}

function hints(view) {
  if (!view.hints.length) return null;
  const items = view.hints.map((html) => h("li", { html }));
  return h("div", { class: "lt-hints" }, h("p", { class: "lt-small" }, view.hints.length > 1 ? "Hints" : "Hint"), h("ol", {}, items));
}

function confidence(view, box) {
  if (box.off || view.type === "flashcard" || view.type === "explain") return null;
  const name = uid("sure");
  const one = ([value, label]) => h("label", {},
    h("input", {
      type: "radio", name, value, "data-key": `${view.item}:sure:${value}`, checked: box.sure() === value,
      onchange: () => box.setSure(value),
    }), label);
  return h("fieldset", { class: "lt-sure" }, h("legend", {}, "How sure are you?"), SURE.map(one));
}

function buttons(view, box, act) {
  const row = [];
  const add = (key, label, run, attrs) => row.push(button(`${view.item}:do:${key}`, label, run, attrs));
  const main = { class: "lt-button lt-main", "data-focus": "" };
  if (view.type === "flashcard") flashcardButtons(view, act, add, main);
  else if (view.type === "explain") explainButtons(view, box, add, main);
  else if (!box.off) add("check", view.type === "predict" ? "Commit" : view.feedback ? "Check" : "Save", box.submit, main);
  else if (view.type === "predict" && !view.shown && view.feedback) add("show", "I have run it: compare", () => act("show"), main);
  else if (!view.done) add("again", view.feedback ? "Try again" : "Change my answer", () => act("again"), main);
  if (view.more_hints > 0 && !view.done) add("hint", view.hints.length ? "Another hint" : "Hint", () => act("hint"));
  if (view.tries > 0 && !view.done && view.feedback && !["predict", "explain"].includes(view.type)) add("give_up", "Show the answer", () => act("give_up"));
  if (view.done && view.fresh) add("fresh", "Another one like this", () => act("fresh"), { "data-focus": "" });
  return row.length ? h("div", { class: "lt-buttons" }, row) : null;
}

function feedback(view) {
  const parts = [];
  if (view.type === "predict" && !view.open && !view.shown) {
    parts.push(h("div", { class: "lt-then" }, h("p", {}, h("strong", {}, "Your prediction is recorded.")), h("div", { html: view.body.then_html })));
  }
  if (!view.feedback && !view.open) parts.push(h("p", {}, h("strong", {}, "Saved."), " Feedback comes later."));
  const shows = view.mark && (!view.open || ["invalid", "blank"].includes(view.mark.status)) && view.type !== "flashcard";
  if (shows) {
    parts.push(h("div", { class: `lt-verdict lt-is-${view.mark.status}` },
      h("p", { class: "lt-word" }, h("span", { "aria-hidden": "true" }, MARKS[view.mark.status]), ` ${view.mark.word}`),
      h("div", { html: view.mark.feedback_html })));
  }
  if (view.solution_html) {
    parts.push(h("div", { class: "lt-verdict lt-is-shown" }, h("p", { class: "lt-word" }, "The answer"), h("div", { html: view.solution_html })));
  }
  return h("div", { class: "lt-feedback" }, parts);
}

function noteUnder(box, part) {
  const note = box.note(part);
  if (!note) return null;
  return h("div", { class: `lt-note lt-is-${note.right ? "right" : "wrong"}` },
    h("span", { class: "lt-sign" }, h("span", { "aria-hidden": "true" }, note.right ? "✓ " : "✗ "), h("span", { class: "lt-hidden" }, note.right ? "right: " : "wrong: ")),
    h("div", { html: note.html }));
}
