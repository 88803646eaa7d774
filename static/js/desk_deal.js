// The rep's deal: what only the rep's own page needs beside the table's scripts.
(() => {
  document.querySelector("[data-focus]")?.focus();
  if (location.hash === "#message") document.getElementById("message")?.focus();

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-counter]") || !event.target.value) return;
    // Who types a counter value means to counter.
    // A package has one verdict for all of its changes.
    const group = event.target.closest(".ask-package") ?? event.target.closest("fieldset");
    const counter = group.querySelector("input[value=counter]");
    if (!counter.checked) counter.checked = true;
  });

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("[data-select]")) event.target.select();
  });

  // The regions of answers, activity and moves are never pushed, since they hold what a rep is typing. When something else than
  // talk has happened, they are fetched, and the morph leaves typed text alone.
  const newest = () => Math.max(0, ...[...document.querySelectorAll("#log .happening, #desk-pulse")].map((each) => Number(each.dataset.seq)));
  let known = 0;
  let waiting;
  const refresh = () => {
    for (const region of document.querySelectorAll("#counteroffer, #activity, #moves")) window.htmx?.trigger(region, "refresh");
  };
  document.addEventListener("DOMContentLoaded", () => { known = newest(); });
  // What it comes to depends on answers that are ticked and not sent: a region that was drawn anew asks for it again.
  document.addEventListener("htmx:after:swap", (event) => {
    if (!String(event.detail.ctx?.text ?? "").includes('id="counteroffer"')) return;
    const form = document.querySelector("form.publish");
    if (form?.querySelector("input[type=radio]:checked")) form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  document.addEventListener("parley:applied", () => {
    if (!document.body.classList.contains("desk-deal") || newest() <= known) return;
    known = newest();
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 50);
  });
})();
