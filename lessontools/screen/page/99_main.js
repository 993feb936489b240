/* The panel: renders the view, sends events and waits for their acknowledgement, keeps focus and the live region. */

const SLOW = 1200; // ms after which a learner is told that the kernel has not answered yet

function newMail(model, onNotice) {
  const waiting = new Map();
  const page = Math.random().toString(36).slice(2);
  let count = 0;

  function post(message) {
    try {
      model.send(message);
      return true;
    } catch {
      return false;
    }
  }

  function give(id, ok) {
    const entry = waiting.get(id);
    if (!entry) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    entry.resolve(ok);
  }

  function send(name, data, again) {
    const id = again || `${page}-${(count += 1)}`;
    return new Promise((resolve) => {
      const retry = () => send(name, data, id).then(resolve);
      const lost = () => {
        give(id, false);
        onNotice("The kernel that showed this has stopped. What you entered is kept on this page, but not recorded: run the cell again, then send it.", retry);
      };
      const slow = () => onNotice("The kernel has not answered yet. Your answer waits here; nothing is lost.", retry);
      waiting.set(id, { resolve, retry, timer: setTimeout(slow, SLOW) });
      if (!post({ type: "event", id, name, data }) || model.comm_live === false) lost();
    });
  }

  function onMessage(message) {
    if (message.type !== "ack") return;
    const entry = waiting.get(message.id);
    onNotice(message.notice || "", entry && entry.retry);
    give(message.id, !message.notice);
  }

  return { post, send, onMessage };
}

function noticeBox() {
  const box = h("div", { class: "lt-notice", role: "alert" });
  return {
    box,
    show(text, retry) {
      box.replaceChildren(
        ...(text ? [h("span", {}, text), retry ? button("retry", "Retry", retry) : ""] : []),
      );
    },
  };
}

function focusKeeper(root) {
  const active = root.getRootNode().activeElement;
  if (!active || !root.contains(active)) return () => {};
  const holder = active.closest("[data-key]");
  const key = holder && holder.dataset.key;
  const spot = typeof active.selectionStart === "number" ? [active.selectionStart, active.selectionEnd] : null;
  return () => {
    const target = keyed(root, key) || root.querySelector("[data-focus]");
    if (!target) return;
    if (target.disabled) (target.closest(".lt-card") || root).querySelector("[data-focus]")?.focus({ preventScroll: true });
    else target.focus({ preventScroll: true });
    if (spot && target.setSelectionRange && target.type !== "range") {
      try {
        target.setSelectionRange(...spot);
      } catch { /* not a text field */ }
    }
  };
}

function newDraft(model) {
  let timer = null;
  return {
    get: () => model.get("draft") || {},
    patch(change) {
      model.set("draft", { ...(model.get("draft") || {}), ...change });
      clearTimeout(timer);
      timer = setTimeout(() => {
        try {
          model.save_changes();
        } catch { /* the kernel is gone: the page keeps the draft */ }
      }, 300);
    },
  };
}

function render({ model, el }) {
  const body = h("div", { class: "lt-body" });
  const live = h("div", { class: "lt-live", "aria-live": "polite", role: "status" });
  const notice = noticeBox();
  const root = h("div", { class: "lt-panel" }, body, notice.box, live);
  const draft = newDraft(model);
  const mail = newMail(model, (text, retry) => notice.show(text, retry));
  const api = {
    send: mail.send,
    say: (text) => { live.textContent = text; },
    get draft() { return draft.get(); },
    setDraft: draft.patch,
    redraw: () => draw(),
    rendermime: model.widget_manager && model.widget_manager.rendermime, // JupyterLab's own; elsewhere undefined
  };

  function draw() {
    const view = model.get("view") || {};
    const make = KINDS[view.kind];
    const back = focusKeeper(root);
    const next = make ? make(view, api) : h("p", {}, `This page cannot show '${view.kind}'.`);
    if (body.firstChild !== next) body.replaceChildren(next); // a kind may keep its element, so that a drag goes on
    back();
  }

  // JupyterLab's shortcuts would act on the cell (d d deletes it); Ctrl and Cmd combinations stay JupyterLab's.
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  model.on("change:view", draw);
  model.on("msg:custom", mail.onMessage);
  draw();
  el.append(root);
  mail.post({ type: "ready" });
  return () => {
    model.off("change:view", draw);
    model.off("msg:custom", mail.onMessage);
  };
}

export default { render };
