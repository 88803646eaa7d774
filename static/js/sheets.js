// Summary and conversation open as sheets on a phone (popover does that alone). What has the focus is never under one.
(() => {
  "use strict";
  const wide = matchMedia("(width >= 960px)");

  document.addEventListener("toggle", (event) => {
    const sheet = event.target;
    if (!sheet.matches?.(".sheet[popover]")) return;
    if (event.newState !== "open") return;
    sheet.querySelector("h2")?.focus();
    const log = sheet.querySelector(".said");
    if (log) log.scrollTop = log.scrollHeight;
  }, true);

  // Whoever goes on by keyboard leaves the sheet, and sees where they are.
  document.addEventListener("focusin", (event) => {
    const sheet = document.querySelector(".sheet:popover-open");
    if (sheet && !sheet.contains(event.target) && !event.target.closest("dialog")) sheet.hidePopover();
  });

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
    const log = document.querySelector(".said");
    if (log) log.scrollTop = log.scrollHeight;
  });
})();
