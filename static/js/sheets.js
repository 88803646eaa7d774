// Summary and conversation open as sheets on a phone (popover does that alone). This keeps the focus inside while they are open.
(() => {
  "use strict";
  const wide = matchMedia("(width >= 960px)");
  const around = (sheet) => [...document.querySelectorAll(".top, main, .side > *")].filter((each) => each !== sheet);

  document.addEventListener("toggle", (event) => {
    const sheet = event.target;
    if (!sheet.matches?.(".sheet[popover]")) return;
    const open = event.newState === "open";
    for (const each of around(sheet)) each.inert = open;
    if (!open) return;
    sheet.querySelector("h2")?.focus();
    const log = sheet.querySelector(".log");
    if (log) log.scrollTop = log.scrollHeight;
  }, true);

  // What a link in a sheet leads to lies under it.
  document.addEventListener("click", (event) => {
    const sheet = event.target.closest("a[href^='#']")?.closest(".sheet:popover-open");
    sheet?.hidePopover();
  });

  wide.addEventListener("change", () => {
    for (const sheet of document.querySelectorAll(".sheet:popover-open")) sheet.hidePopover();
  });

  // Without a sheet to open, an address that names the conversation opens it.
  document.addEventListener("DOMContentLoaded", () => {
    const named = document.getElementById(location.hash.slice(1));
    if (named?.matches(".sheet[popover]") && !wide.matches) named.showPopover();
    const log = document.getElementById("log");
    if (log) log.scrollTop = log.scrollHeight;
  });
})();
