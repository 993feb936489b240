/* The map: a table of lessons against ways in. Each cell is a link with its minutes, and below it how far one is. */

KINDS.ways = (view, api) => {
  const head = uid("ways");
  const refresh = () => api.send("refresh", {}).then((ok) => ok && api.say("Up to date."));
  return h("section", { class: "lt-card lt-map", "aria-labelledby": head },
    h("h3", { id: head, class: "lt-title" }, view.title),
    view.paths.map((path) => h("p", {}, path)),
    // it has links in it, and a keyboard can scroll it as well
    h("div", { class: "lt-scroll", tabindex: "0", role: "group", "aria-labelledby": head, "data-key": "map" },
      h("table", {},
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Lesson"),
          view.ways.map((way) => h("th", { scope: "col" }, way.heading)))),
        h("tbody", {}, view.lessons.map((lesson) => mapRow(lesson, view.ways, api))))),
    h("p", { class: "lt-small" }, `${SIGNS.mastered} all right, ${SIGNS.begun} begun, ${SIGNS["not begun"]} not begun; `,
      "2/7 says that of seven questions and tasks there, two were right when you last answered."),
    view.ways.length ? h("details", {},
      h("summary", { "data-key": "what" }, "What the ways are"),
      h("dl", {}, view.ways.map((way) => [h("dt", {}, way.heading), h("dd", {}, way.what)]))) : null,
    h("div", { class: "lt-buttons" }, button("refresh", "Refresh", refresh)),
  );
};

function mapRow(lesson, ways, api) {
  const name = lesson.href ? lessonLink(api, lesson.href, lesson.name) : h("span", {}, lesson.name);
  return h("tr", {},
    h("th", { scope: "row" }, h("div", {}, name),
      h("div", { class: "lt-small" }, `${lesson.minutes} min `, lesson.quick ? h("span", { class: "lt-tag" }, "quick path") : null),
      mapProgress(lesson)),
    lesson.cells.map((cell, place) => h("td", {}, cell && mapCell(cell, `${lesson.name}, ${ways[place].heading}: `, api))));
}

function mapCell(cell, where, api) {
  const label = [h("span", { class: "lt-hidden" }, where), `${cell.minutes} min`];
  return [lessonLink(api, cell.href, label), mapProgress(cell)];
}

function mapProgress(part) {
  if (!part.total) return null;
  const sign = part.state === "all right" ? "mastered" : part.state;
  return h("div", { class: `lt-small lt-state-${sign.replace(" ", "-")}` },
    h("span", { "aria-hidden": "true" }, h("span", { class: "lt-sign" }, SIGNS[sign]), ` ${part.right}/${part.total}`),
    h("span", { class: "lt-hidden" }, `${part.state}, ${part.words}`));
}
