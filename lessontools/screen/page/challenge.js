/* A challenge: its rules and a start; then problems against a clock; then how it went. The kernel keeps the time. */

const ROUND = { sent: 0, until: 0, spoken: new Set(), live: false };
const REMIND = [300, 60, 10]; // seconds left at which the time is spoken

KINDS.challenge = (view, api) => {
  const parts = { ready: challengeReady, running: challengeRunning, ended: challengeEnded };
  const made = parts[view.phase](view, api);
  ROUND.live = true; // from now on a new view comes straight from the kernel
  return made;
};

function challengeFrame(view, ...content) {
  const head = uid("challenge");
  return h("section", { class: "lt-challenge", "aria-labelledby": head },
    h("h3", { id: head, class: "lt-title" }, view.title),
    content,
    view.notice ? h("p", { class: "lt-notice", role: "alert" }, view.notice) : null);
}

function challengeReady(view, api) {
  const start = () => api.send("begin", {}).then((ok) => ok && api.say("The clock is running. Problem 1."));
  return challengeFrame(view,
    h("ul", {}, view.rules.map((rule) => h("li", {}, rule))),
    view.best ? h("p", {}, h("strong", {}, "Best so far: "), `${view.best}.`) : null,
    h("div", { class: "lt-buttons" }, button("begin", "Start", start, { class: "lt-button lt-main", "data-focus": "" })));
}

function challengeRunning(view, api) {
  const stop = () => api.send("stop", {});
  return challengeFrame(view,
    h("div", { class: "lt-clockbar" }, challengeClock(view, api), button("stop", "Stop here", stop)),
    challengeSteps(view, api),
    KINDS.question(view.card, api),
    challengeNext(view, api));
}

function challengeEnded(view, api) {
  const again = () => api.send("begin", {}).then((ok) => ok && api.say("The clock is running. Problem 1."));
  const result = view.result;
  if (!ROUND.spoken.has(view.round)) {
    ROUND.spoken.add(view.round);
    setTimeout(() => api.say(`The challenge is over. ${result.words} ${result.badge}`), 600); // after the card's own words
  }
  return challengeFrame(view,
    h("div", { class: "lt-verdict lt-result" },
      result.badge ? h("p", { class: "lt-word" }, badgeSign(result.level), ` ${result.badge}`) : null,
      h("p", {}, result.words)),
    challengeSteps(view, api),
    KINDS.question(view.card, api),
    h("div", { class: "lt-buttons" }, button("begin", "Another round", again, { "data-focus": "" })));
}

function challengeSteps(view, api) {
  const go = (place) => api.send("place", { place }).then((ok) => ok && api.say(`Problem ${place + 1}: ${view.steps[place]}`));
  const one = (state, place) => h("li", {},
    button(`step:${place}`, [`${place + 1}`, h("span", { class: "lt-step-state" }, state)], () => go(place), {
      class: `lt-button lt-step lt-step-${state.replaceAll(" ", "-")}`,
      "aria-current": place === view.place ? "step" : null,
      "aria-label": `Problem ${place + 1}: ${state}`,
    }));
  return h("nav", { "aria-label": "Problems" }, h("ol", { class: "lt-steps" }, view.steps.map(one)));
}

function challengeNext(view, api) {
  const closed = (state) => state === "right" || state.startsWith("not");
  const rest = view.steps.map((state, place) => ({ state, place })).filter((each) => each.place !== view.place && !closed(each.state));
  if (!rest.length) return null;
  const next = (rest.find((each) => each.place > view.place) || rest[0]).place;
  const label = closed(view.steps[view.place]) ? "Next problem" : "Leave it for now";
  const go = () => api.send("place", { place: next }).then((ok) => ok && api.say(`Problem ${next + 1}`));
  const look = closed(view.steps[view.place]) ? { class: "lt-button lt-main", "data-focus": "" } : {};
  return h("div", { class: "lt-buttons" }, button("next", label, go, look));
}

/* When the round ends by this page's clock. A view that was kept across a reload says only when it was made. */
function roundEnd(view) {
  if (ROUND.sent !== view.sent) {
    ROUND.until = ROUND.live ? Date.now() + view.left * 1000 : view.ends * 1000;
    ROUND.sent = view.sent;
  }
  return ROUND.until;
}

function challengeClock(view, api) {
  const until = roundEnd(view);
  const text = h("span", { class: "lt-time" });
  const clock = h("span", { class: "lt-clock", role: "timer", "aria-label": "Time left" }, "Time left ", text);
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    text.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.classList.toggle("lt-last-minute", left <= 60);
    challengeRemind(view, left, api);
    return left;
  };
  tick();
  const timer = setInterval(() => {
    const gone = !clock.isConnected; // a newer view has its own clock
    if (gone || tick() === 0) clearInterval(timer);
    if (!gone && until <= Date.now()) api.send("timeout", {});
  }, 500);
  return clock;
}

function challengeRemind(view, left, api) {
  const key = `${view.round}:${left}`;
  if (!REMIND.includes(left) || ROUND.spoken.has(key)) return;
  ROUND.spoken.add(key);
  api.say(left >= 60 ? `${left / 60} ${left === 60 ? "minute" : "minutes"} left` : `${left} seconds left`);
}
