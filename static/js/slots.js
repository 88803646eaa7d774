// Forms in the rows: at most one of a kind is open, what was typed comes back when a form is opened again, and the focus goes
// back to the button that opened it.
(() => {
  "use strict";
  const typed = new Map();                             // slot id -> [[field name, value or checked]]
  const kind = (slot) => slot.classList.contains("slot-change") ? ".slot-change" : ".slot-comment";
  const openerOf = (slot) => document.querySelector(`[aria-controls="${CSS.escape(slot.id)}"]`);

  const fields = (slot) => [...slot.querySelectorAll("[name]:not([type=hidden], button)")];
  const stateOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

  function remember(slot) {
    typed.set(slot.id, fields(slot).map((field) => [field.name, stateOf(field)]));
  }

  function recall(slot) {
    const before = new Map(typed.get(slot.id) ?? []);
    typed.delete(slot.id);
    for (const field of fields(slot)) {
      if (!before.has(field.name)) continue;
      if (field.type === "checkbox") field.checked = before.get(field.name);
      else field.value = before.get(field.name);
    }
    if (before.size) slot.querySelector("[hx-trigger]")?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close(slot, { keep = false } = {}) {
    if (keep) remember(slot);
    slot.replaceChildren();
  }

  // Pressing the button of a form that is open leads into it; fetching it anew would lose what was typed.
  document.addEventListener("htmx:config:request", (event) => {
    const opener = event.target.closest?.("[data-opens][aria-controls]");
    const slot = opener && document.getElementById(opener.getAttribute("aria-controls"));
    if (!slot?.firstElementChild) return;
    event.preventDefault();
    fields(slot)[0]?.focus();
  });

  document.addEventListener("htmx:after:settle", (event) => {
    const slot = event.target.matches?.(".slot") ? event.target : null;
    if (!slot) return;
    if (!slot.firstElementChild) return void openerOf(slot)?.focus();
    for (const other of document.querySelectorAll(kind(slot))) if (other !== slot && other.firstElementChild) close(other, { keep: true });
    if (!slot.querySelector(".errors")) recall(slot);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-close]");
    const slot = link && document.getElementById(link.dataset.close);
    if (!slot) return;
    event.preventDefault();
    close(slot);
    openerOf(slot)?.focus();
  });

  // On a phone the form of a change lies over the page: Tab stays in it, and a touch beside it puts it away.
  const over = matchMedia("(width < 960px)");
  document.addEventListener("keydown", (event) => {
    const slot = event.key === "Tab" && over.matches && event.target.closest?.(".slot-change");
    if (!slot) return;
    const stops = [...slot.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea")].filter((each) => !each.disabled);
    const [edge, other] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (event.target !== edge) return;
    event.preventDefault();
    other.focus();
  });
  document.addEventListener("click", (event) => {
    const slot = event.target;
    if (!slot.matches?.(".slot-change") || !slot.firstElementChild) return;
    close(slot, { keep: true });
    openerOf(slot)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    const slot = event.key === "Escape" && event.target.closest?.(".slot");
    if (!slot || event.defaultPrevented) return;
    close(slot, { keep: true });
    openerOf(slot)?.focus();
  });
})();
