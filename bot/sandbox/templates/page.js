"use strict";
(() => {
  const wall = document.getElementById("wall");
  const replaced = (old, fresh) => { if (old && fresh) old.replaceWith(fresh); };

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    replaced(document.getElementById("said"), fresh.getElementById("said"));
    for (const chat of fresh.querySelectorAll(".chat")) {
      const old = document.getElementById(chat.id);
      if (!old) { wall.append(chat); continue; }
      if (old.dataset.version === chat.dataset.version) continue;
      // Only the log and a changed footer: what is being typed stays.
      const log = old.querySelector(".log");
      const fixed = log.scrollTop;
      log.replaceChildren(...chat.querySelector(".log").childNodes);
      if (fixed < -40) log.scrollTop = fixed;
      if (old.dataset.state !== chat.dataset.state) {
        replaced(old.querySelector(".compose"), chat.querySelector(".compose"));
      }
      old.dataset.version = chat.dataset.version;
      old.dataset.state = chat.dataset.state;
    }
  };

  let busy = false;
  const refresh = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const seen = document.getElementById("said").dataset.version;
      const answer = await fetch("/chats?seen=" + encodeURIComponent(seen));
      if (answer.status === 200) show(await answer.text());
      document.body.classList.remove("away");
    } catch {
      document.body.classList.add("away");
    } finally {
      busy = false;
    }
  };

  document.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const body = new URLSearchParams(new FormData(form, event.submitter));
    const pressed = event.submitter;
    if (form.classList.contains("compose")) form.reset();
    if (pressed) pressed.disabled = true;
    try {
      await fetch(form.action, { method: "POST", body, headers: { "X-Quiet": "1" } });
    } finally {
      if (pressed) pressed.disabled = false;
    }
    refresh();
  });
  // As in a chat: Enter sends, with Shift it begins a line. Without scripts the button sends.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (field.tagName !== "TEXTAREA") return;
    event.preventDefault();
    field.form.requestSubmit();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, 1000);
})();
