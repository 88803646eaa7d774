// The rep's inbox: keys, new rows that wait while somebody is reading, waiting times that go on.
(() => {
  const inbox = document.querySelector("[data-inbox]");
  if (!inbox) return;
  const list = inbox.querySelector("#inbox-list");
  const more = inbox.querySelector(".inbox-new");
  const rows = () => [...list.querySelectorAll(".inbox-row:not([hidden])")];
  const known = new Set([...list.querySelectorAll(".inbox-row")].map((row) => row.id));
  const held = new Set();
  let focused = "";

  // A row under the pointer or the focus must not move away: what is new waits, and what has left stays until then.
  const reading = () => list.matches(":hover") || list.contains(document.activeElement);

  const tellHeld = () => {
    more.hidden = held.size === 0;
    more.textContent = held.size === 1 ? more.dataset.one : more.dataset.many.replace("#", held.size);
  };

  const settle = () => {
    for (const row of list.querySelectorAll(".inbox-row[data-left]")) {
      known.delete(row.id);
      row.remove();
    }
    for (const id of held) document.getElementById(id)?.removeAttribute("hidden");
    held.clear();
    tellHeld();
  };

  let counting;
  const count = () => {
    clearTimeout(counting);
    counting = setTimeout(() => window.htmx?.trigger("#inbox-tabs", "counts"), 1500);
  };

  const arrived = (row) => {
    if (!row.classList?.contains("inbox-row")) return;
    const isNew = !known.has(row.id);
    known.add(row.id);
    list.querySelector("#inbox-empty")?.remove();
    if (held.has(row.id) || (isNew && reading())) {
      held.add(row.id);
      row.hidden = true;
    } else if (row.id === focused && document.activeElement === document.body) {
      row.querySelector("a").focus();
    }
    if (isNew && row.dataset.tab === "needs") notify(row);
  };

  new MutationObserver((changes) => {
    for (const change of changes) change.addedNodes.forEach(arrived);
    if (!reading()) settle();
    tellHeld();
    count();
  }).observe(list, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-left"] });

  list.addEventListener("focusin", (event) => { focused = event.target.closest(".inbox-row")?.id ?? ""; });
  list.addEventListener("focusout", (event) => { if (event.relatedTarget) focused = ""; });
  list.addEventListener("mouseleave", () => { if (!reading()) settle(); });
  more.addEventListener("click", () => {
    settle();
    rows()[0]?.querySelector("a").focus();
  });

  const step = (by) => {
    const all = rows();
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    next?.querySelector("a").focus();
  };

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    r: () => {
      const link = rows().find((row) => row.contains(document.activeElement))?.querySelector("a");
      if (link) location.assign(`${link.href}#message`);
    },
    "/": () => document.getElementById("search").focus(),
    "?": () => {
      const help = document.getElementById("keys");
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    },
  };

  // Who speaks to the computer can switch single keys off (WCAG 2.1.4).
  const wanted = document.getElementById("keys-on");
  wanted.checked = localStorage.getItem("desk-keys") !== "off";
  wanted.addEventListener("change", () => localStorage.setItem("desk-keys", wanted.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (!wanted.checked || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  const tellMe = document.getElementById("notify-on");
  if (!("Notification" in window)) tellMe.closest("label").hidden = true;
  else tellMe.checked = Notification.permission === "granted" && localStorage.getItem("desk-notify") === "on";
  tellMe.addEventListener("change", async () => {
    const allowed = tellMe.checked && (await Notification.requestPermission()) === "granted";
    tellMe.checked = allowed;
    localStorage.setItem("desk-notify", allowed ? "on" : "off");
  });

  function notify(row) {
    if (!document.hidden || !tellMe.checked) return;
    new Notification(row.getAttribute("aria-label"), { tag: row.id, body: row.querySelector(".inbox-last").textContent.trim() });
  }

  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: "short" });
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  setInterval(() => {
    for (const time of list.querySelectorAll("time[data-since]")) {
      const seconds = (Date.now() - new Date(time.dateTime)) / 1000;
      const found = units.find(([, size]) => seconds >= size);
      // Until a minute has passed the page says "just now".
      if (found) time.textContent = words.format(-Math.floor(seconds / found[1]), found[0]);
    }
  }, 30000);
})();
