// The conversation: stays at its end while somebody is there, and counts what was not seen yet.
(() => {
  "use strict";
  const SEEN = 1000, NEAR = 80;
  const log = () => document.querySelector(".said");
  const store = () => `parley:seen:${document.body.dataset.deal ?? ""}`;
  const items = () => [...(log()?.querySelectorAll("li[data-seq]") ?? [])];
  const newest = () => Math.max(0, ...items().map((item) => Number(item.dataset.seq)));
  let atEnd = true, timer = null;

  const visible = () => !document.hidden && log()?.checkVisibility();

  function count() {
    const seen = Number(localStorage.getItem(store()) ?? 0), me = document.body.dataset.actor;
    const unseen = items().filter((item) => Number(item.dataset.seq) > seen && item.dataset.author && item.dataset.author !== me).length;
    for (const button of document.querySelectorAll("[data-unread-on]")) {
      if (unseen && !visible()) button.dataset.unread = unseen;
      else delete button.dataset.unread;
    }
    clearTimeout(timer);
    if (unseen && visible()) timer = setTimeout(look, SEEN);
  }

  function look() {
    if (!visible()) return;
    localStorage.setItem(store(), newest());
    count();
  }

  document.addEventListener("scroll", (event) => {
    if (event.target === log()) atEnd = log().scrollHeight - log().scrollTop - log().clientHeight < NEAR;
  }, true);

  for (const name of ["parley:applied", "htmx:after:swap", "DOMContentLoaded", "visibilitychange"]) {
    document.addEventListener(name, () => {
      if (!log()) return;
      if (atEnd) log().scrollTop = log().scrollHeight;
      count();
    });
  }
  document.addEventListener("toggle", count, true);
})();
