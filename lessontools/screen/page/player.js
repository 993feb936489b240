/* A player: steps through recorded frames, all of which are in the view, so that it works without a kernel. */

const SPEEDS = [["Slow", 1800], ["Medium", 800], ["Fast", 150]]; // ms a frame

function playerCurve(view) {
  if (!view.chart) return { box: null, show: () => {} };
  const { axes_html: axes, wide, high, points, values } = view.chart;
  const svg = (inside) => `<svg class="lt-plot" viewBox="0 0 ${wide} ${high}" width="100%" role="img">${inside}</svg>`;
  const box = h("div", { class: "lt-chart", html: svg(`${axes}<path class="lt-run" fill="none"></path><circle class="lt-now" r="4.5"></circle>`) });
  const [picture, path, dot] = [box.firstChild, box.querySelector(".lt-run"), box.querySelector(".lt-now")];
  return {
    box,
    show(length) {
      let pen = "M";
      let words = "";
      for (const point of points.slice(0, length)) {
        if (point) words += `${pen}${point[0]} ${point[1]}`;
        pen = point ? "L" : "M";
      }
      path.setAttribute("d", words);
      const last = length ? points[length - 1] : null;
      dot.style.display = last ? "" : "none";
      if (last) { dot.setAttribute("cx", last[0]); dot.setAttribute("cy", last[1]); }
      picture.setAttribute("aria-label", length ? `${view.alt} So far: ${length} of ${points.length} points, the latest ${values[length - 1]}.` : `${view.alt} Nothing is drawn yet.`);
    },
  };
}

function playerCode(view) {
  const rows = view.code.map((html, place) => h("li", { class: "lt-playline" },
    h("span", { class: "lt-arrow", "aria-hidden": "true" }),
    h("span", { class: "lt-number", "aria-hidden": "true" }, String(place + 1)),
    h("code", { class: "lt-code", html: html || " " })));
  const box = h("ol", { class: "lt-source", "aria-label": "The code; the current line is marked" }, rows);
  return {
    box,
    show: (line) => rows.forEach((row, place) => {
      const lit = place + 1 === line;
      row.classList.toggle("lt-litline", lit);
      row.querySelector(".lt-arrow").textContent = lit ? "▶" : "";
      if (lit) row.setAttribute("aria-current", "step"); else row.removeAttribute("aria-current");
    }),
  };
}

function playerState(view) {
  if (!view.names.length) return { box: null, show: () => {} };
  const rows = view.names.map((name) => h("tr", {}, h("th", { scope: "row" }, h("code", {}, name)), h("td", { class: "lt-value" }), h("td", { class: "lt-changed" })));
  const box = h("div", { class: "lt-scroll", tabindex: "0", role: "group", "aria-label": "What the variables hold" },
    h("table", { class: "lt-state" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "variable"), h("th", { scope: "col" }, "holds"), h("th", { scope: "col" }, "this step"))),
      h("tbody", {}, rows)));
  return {
    box,
    show: (frame) => rows.forEach((row, place) => {
      const [value, mark] = [frame.values[place], frame.marks[place]];
      row.classList.toggle("lt-touched", mark !== "");
      row.children[1].textContent = value === null ? "–" : value;
      row.children[2].textContent = mark ? `● ${mark}` : "";
    }),
  };
}

function playerSpoken(view, place) {
  const frame = view.frames[place];
  const changes = view.names.filter((name, at) => frame.marks[at]).map((name) => {
    const at = view.names.indexOf(name);
    return frame.values[at] === null ? `${name} is gone` : `${name} is ${frame.values[at]}`;
  });
  return [`Step ${place + 1}.`, htmlText(view.notes_html[frame.note]), changes.length ? `${changes.join(", ")}.` : ""].join(" ").trim();
}

function playerMotor(view, show, ended) {
  const last = view.frames.length - 1;
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches; // nothing moves but by Run, and then slowly
  const motor = { place: 0, timer: null, delay: SPEEDS[calm ? 0 : 1][1] };
  motor.go = (place) => {
    motor.place = Math.min(last, Math.max(0, place));
    show(motor.place);
  };
  motor.stop = () => {
    clearInterval(motor.timer);
    motor.timer = null;
    ended();
  };
  motor.run = () => {
    if (motor.place === last) motor.go(0);
    clearInterval(motor.timer);
    motor.timer = setInterval(() => {
      motor.go(motor.place + 1);
      if (motor.place === last || !motor.attached()) motor.stop();
    }, motor.delay);
    ended();
  };
  return motor;
}

KINDS.player = (view, api) => {
  const last = view.frames.length - 1;
  const [curve, code, state] = [playerCurve(view), playerCode(view), playerState(view)];
  const [head, about] = [uid("player"), uid("about")];
  const note = h("div", { class: "lt-playnote" });
  const count = h("span", { class: "lt-count" });
  const scrub = h("input", { type: "range", min: "0", max: String(last), step: "1", class: "lt-range", "aria-label": "Step", "data-key": "player:scrub" });
  const show = (place) => {
    const frame = view.frames[place];
    code.show(frame.line);
    state.show(frame);
    curve.show(frame.length);
    note.innerHTML = view.notes_html[frame.note];
    scrub.value = String(place);
    scrub.setAttribute("aria-valuetext", `${place + 1} of ${last + 1}${frame.line ? `, line ${frame.line}` : ""}`);
    count.textContent = `step ${place + 1} of ${last + 1}`;
    back.setAttribute("aria-disabled", String(place === 0));
    step.setAttribute("aria-disabled", String(place === last));
  };
  const settled = () => {
    run.textContent = motor.timer ? "❚❚ Pause" : "▶ Run";
    if (motor.timer) return;
    api.setDraft({ player: motor.place });
    api.say(playerSpoken(view, motor.place));
  };
  const motor = playerMotor(view, show, settled);
  const hand = (place) => { motor.go(place); motor.stop(); };
  const toggle = () => (motor.timer ? motor.stop() : motor.run());
  const back = button("player:back", "Back", () => hand(motor.place - 1));
  const step = button("player:step", "Step", () => hand(motor.place + 1));
  const run = button("player:run", "▶ Run", toggle, { class: "lt-button lt-main lt-runner" });
  const speed = h("select", { class: "lt-field", "aria-label": "Speed", "data-key": "player:speed", onchange: (event) => {
    motor.delay = Number(event.target.value);
    if (motor.timer) motor.run();
  } }, SPEEDS.map(([name, delay]) => h("option", { value: String(delay), selected: delay === motor.delay }, name)));
  scrub.addEventListener("input", () => hand(Number(scrub.value)));
  const card = h("section", { class: "lt-card lt-player", "aria-labelledby": head, "aria-describedby": about, onkeydown: (event) => playerKey(event, motor, last, hand, toggle) },
    h("p", { class: "lt-label", id: head }, view.title),
    h("p", { class: "lt-hidden", id: about }, view.alt),
    h("div", { class: "lt-stage" },
      // below the code, whose height never changes: a button that moved away from the pointer would annoy
      h("div", {}, code.box, h("div", { class: "lt-buttons" }, back, step, run, button("player:reset", "Reset", () => hand(0)), speed, count), scrub, note),
      h("div", {}, state.box, curve.box)));
  motor.attached = () => card.isConnected;
  const kept = Number.isInteger(api.draft.player) ? api.draft.player : 0;
  motor.go(kept);
  return card;
};

function playerKey(event, motor, last, hand, toggle) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.tagName === "SELECT") return;
  const inRange = event.target.type === "range";
  const moves = inRange ? {} : { ArrowLeft: motor.place - 1, ArrowRight: motor.place + 1 };
  const to = { ...moves, Home: 0, End: last }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    hand(to);
  } else if (event.key === " " && event.target.tagName !== "BUTTON") {
    event.preventDefault();
    toggle();
  }
}
