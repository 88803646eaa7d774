// Dialogs come from the server open, so that they work without this script; with it they are modal.
(() => {
  "use strict";
  const dialog = () => document.querySelector("#dialog dialog[data-modal]");

  function showModal() {
    const found = dialog();
    if (!found || found.matches(":modal")) return;
    found.close();
    found.showModal();
  }

  function leave() {
    const found = dialog(), opener = found && document.getElementById(found.dataset.opener);
    found?.remove();
    opener?.focus();
    // The address may still ask for it; a reload would open it again.
    if (/[?&](accept|decline|compose)=/.test(location.search)) history.replaceState(null, "", location.pathname);
  }

  document.addEventListener("DOMContentLoaded", showModal);
  document.addEventListener("htmx:after:settle", (event) => {
    if (event.target.id !== "dialog") return;
    if (dialog()) showModal();
    else document.getElementById("banner")?.focus();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close-dialog]")) return;
    event.preventDefault();
    leave();
  });

  // Escape closes a modal dialog by itself; it must not stay behind as one that is closed.
  document.addEventListener("close", (event) => { if (event.target === dialog() && !event.target.open) leave(); }, true);

  // A revision that arrives while somebody is about to accept another one is told in place.
  document.addEventListener("parley:revision", (event) => {
    const found = dialog(), stale = found?.querySelector(".stale");
    if (!stale || found.dataset.revision === String(event.detail.revision)) return;
    stale.querySelector("p").textContent = found.dataset.stale.replace("#", event.detail.revision);
    stale.hidden = false;
  });
})();
