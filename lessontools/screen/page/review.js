/* A review: what is due today, one question after the other. */

KINDS.review = (view, api) => {
  const head = uid("review");
  return h("section", { class: "lt-review", "aria-labelledby": head },
    h("h3", { id: head, class: "lt-title" }, view.title),
    view.over ? reviewOver(view, api) : reviewCard(view, api));
};

function reviewOver(view, api) {
  const more = () => api.send("more", {}).then((ok) => ok && api.say("The next questions."));
  return h("div", { class: "lt-card", tabindex: "-1", "data-focus": "" },
    h("p", {}, view.words),
    view.more ? h("div", { class: "lt-buttons" }, button("more", "Go on", more)) : null);
}

function reviewCard(view, api) {
  const words = `Question ${view.place + 1} of ${view.count}`;
  const label = uid("place");
  const next = () => api.send("next", {}).then((ok) => ok && api.say(view.last ? "That was the last one." : `Question ${view.place + 2} of ${view.count}`));
  const text = view.answered ? (view.last ? "Finish" : "Next") : "Leave it for later";
  return [
    h("div", { class: "lt-lesson-bar" },
      h("progress", { max: view.count, value: view.place, "aria-labelledby": label }),
      h("span", { id: label }, words)),
    view.why ? h("p", { class: "lt-small" }, view.why) : null,
    KINDS.question(view.card, api),
    h("div", { class: "lt-buttons" }, button("next", text, next, view.answered ? { class: "lt-button lt-main", "data-focus": "" } : {})),
  ];
}
