/* A learner's standing: lessons and objectives, beliefs to mend, what to recall, badges, where the record lives. */

const SIGNS = { mastered: "✓", begun: "◐", "not begun": "○" };

KINDS.progress = (view, api) => {
  const head = uid("progress");
  const refresh = () => api.send("refresh", {}).then((ok) => ok && api.say(`Up to date. ${view.due}`));
  return h("section", { class: "lt-card lt-standing", "aria-labelledby": head },
    h("h3", { id: head, class: "lt-title" }, view.title),
    h("p", {}, view.today),
    standingPart("Lessons", h("ul", { class: "lt-plain" }, view.lessons.map((each) => lessonRow(each, api))), h("p", { class: "lt-small" }, view.rule)),
    beliefPart(view.beliefs, api),
    standingPart("To recall", h("p", {}, view.due)),
    badgePart(view.badges),
    standingPart("Your record", h("p", {}, "All you answered is in ", h("code", {}, view.record), ", on this machine only.",
      " ", h("code", {}, "record.export()"), " copies it, ", h("code", {}, "record.load(path)"), " brings it in elsewhere.")),
    view.notes.map((note) => h("p", { class: "lt-small" }, note)),
    h("div", { class: "lt-buttons" }, button("refresh", "Refresh", refresh)),
  );
};

function standingPart(title, ...content) {
  return [h("h4", { class: "lt-part" }, title), content];
}

function lessonRow(lesson, api) {
  const words = uid("words");
  return h("li", { class: "lt-lesson" },
    h("div", { class: "lt-lesson-head" },
      h("strong", {}, lessonLink(api, lesson.href, lesson.title)),
      stateTag(lesson.state)),
    h("div", { class: "lt-lesson-bar" },
      h("progress", { max: lesson.total, value: lesson.done, "aria-labelledby": words }),
      h("span", { id: words }, lesson.words)),
    h("details", {},
      h("summary", { "data-key": `objectives:${lesson.href}` }, `Objectives (questions: ${lesson.answers})`),
      h("ul", { class: "lt-plain" }, lesson.objectives.map(objectiveRow))));
}

function objectiveRow(each) {
  return h("li", { class: `lt-objective lt-state-${each.state.replace(" ", "-")}` },
    h("span", { "aria-hidden": "true", class: "lt-sign" }, SIGNS[each.state]),
    h("span", {}, h("span", { html: each.html }), h("span", { class: "lt-small" }, ` (${each.words})`)));
}

function stateTag(state) {
  return h("span", { class: `lt-tag lt-state-${state.replace(" ", "-")}` }, h("span", { "aria-hidden": "true" }, `${SIGNS[state]} `), state);
}

function beliefPart(beliefs, api) {
  if (!beliefs.length) return null;
  const open = beliefs.filter((each) => each.held);
  const mended = beliefs.filter((each) => !each.held);
  return standingPart("Beliefs that your answers pointed to",
    h("ul", { class: "lt-plain" }, open.map((each) => beliefRow(each, api))),
    open.length ? null : h("p", {}, "None is open any more."),
    mended.length ? h("details", {},
      h("summary", { "data-key": "mended" }, `Mended since (${mended.length})`),
      h("ul", { class: "lt-plain" }, mended.map((each) => beliefRow(each, api)))) : null);
}

function beliefRow(each, api) {
  return h("li", { class: `lt-belief lt-is-${each.held ? "wrong" : "right"}` },
    h("p", {}, h("strong", {}, "You may think: "), h("span", { html: each.belief_html })),
    h("p", {}, h("strong", {}, "What is so: "), h("span", { html: each.truth_html })),
    h("p", { class: "lt-small" }, "Where it is shown: ", lessonLink(api, each.href, each.place), ` (${each.words})`));
}

function badgePart(badges) {
  if (!badges.length) return null;
  const one = (each) => h("li", {}, badgeSign(each.level), ` ${each.words}`);
  return standingPart("Badges", h("ul", { class: "lt-plain" }, badges.map(one)));
}

function badgeSign(level) {
  return h("span", { class: `lt-badge lt-badge-${level}`, "aria-hidden": "true" }, "★");
}

/* A link to a notebook beside this one. JupyterLab opens it in a tab of its own; where its way of resolving links is
   not at hand (another front end), the browser follows the address. */
function lessonLink(api, href, label) {
  const link = h("a", { href }, label);
  const { resolver, linkHandler } = api.rendermime || {};
  if (!resolver || !linkHandler) return link;
  const [file, heading] = href.split("#");
  resolver.resolveUrl(file).then((path) => linkHandler.handleLink(link, path, heading ? `#${heading}` : ""), () => {});
  return link;
}
