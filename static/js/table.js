// The deal's page after something has changed: own words are marked, the own tray follows the revision, totals are said once,
// and a focus whose control is gone goes to the heading above it.
(() => {
  "use strict";
  const QUIET = 800;
  const state = () => document.getElementById("state")?.dataset ?? {};
  let known = {}, home = null, saying = null, saidLast = "";

  function markOwn() {
    const me = document.body.dataset.actor;
    if (!me) return;
    for (const item of document.querySelectorAll(`[data-author="${CSS.escape(me)}"]:not([data-own])`)) item.dataset.own = "";
  }

  function follow() {
    const now = { ...state() };
    if (now.revision === known.revision && now.state === known.state) return;
    // A draft has no conversation; the page of what was sent has one.
    if (known.state === "draft") return location.reload();
    const tray = document.getElementById("tray");
    if (tray?.dataset.refresh) htmx.ajax("GET", tray.dataset.refresh, { source: tray, target: tray, swap: "outerHTML" });
    if (now.revision !== known.revision) {
      document.dispatchEvent(new CustomEvent("parley:revision", { detail: { revision: now.revision } }));
      clearTimeout(saying);
      saying = setTimeout(sayTotal, QUIET);
    }
    known = now;
  }

  function sayTotal() {
    const total = document.querySelector("#actions .bar-total"), place = document.getElementById("announcement");
    if (total && place) place.textContent = total.textContent.replace(/\s+/g, " ").trim();
  }

  function sayTray() {
    const tray = document.getElementById("tray"), place = document.getElementById("announcement"), said = tray?.dataset.said ?? "";
    if (tray && said !== saidLast && place) place.textContent = said;
    saidLast = said;
  }

  // No answer at all: said where the answer would have stood, so that what was typed stays.
  document.addEventListener("htmx:error", ({ target, detail }) => {
    const words = document.getElementById("announcement")?.dataset.offline;
    if (!detail.ctx || detail.ctx.response || !words) return;
    const form = target.closest?.("form[hx-post]");
    const place = form?.querySelector("[data-problem]") ?? target.closest?.("[role=group]")?.querySelector(".problem") ?? document.getElementById("problem");
    if (!place || target.matches(".fields")) return;
    const box = document.createElement("div");
    box.className = "errors";
    box.setAttribute("role", "alert");
    box.textContent = words;
    place.replaceChildren(box);
  });

  function keepFocus() {
    if (document.activeElement !== document.body || !home) return;
    const place = document.getElementById(home.id);
    (place?.querySelector("[tabindex='-1']") ?? document.getElementById("content"))?.focus({ preventScroll: true });
  }

  document.addEventListener("focusin", (event) => { home = event.target.closest?.("[role=group][id], section[id], [id]") ?? null; });

  document.addEventListener("DOMContentLoaded", () => {
    known = { ...state() };
    saidLast = document.getElementById("tray")?.dataset.said ?? "";
    markOwn();
  });

  for (const name of ["parley:applied", "htmx:after:swap"]) {
    document.addEventListener(name, () => {
      markOwn();
      keepFocus();
      sayTray();
      if (document.getElementById("state")) follow();
    });
  }
})();
