// What a person writes is never lost: chat and comments go up the socket, and by a form post when no answer comes.
//
// Works on form[data-say] with fields body, key and perhaps anchor, posting to its action. Without this script it is a
// plain form. A message stays in sessionStorage until an element with its data-key is on the page; its key stays the same
// through every attempt. Words: data-sending, data-waiting, data-failed on the form. Errors are written to [data-problem] in the form.
// Tells the form: parley:sent {key} when the box is free for the next one, parley:acknowledged {key}.
(() => {
  "use strict";
  const ANSWER = 3000, LARGEST = 60000, PAUSES = [2000, 4000, 8000, 15000];
  const here = () => document.body.dataset.deal ?? location.pathname;
  const store = { pending: () => `parley:pending:${here()}`, draft: (name) => `parley:draft:${here()}:${name}` };
  let waiting = [];                                    // {key, body, anchor, action, form, tries, timer, posting}

  const box = (form) => form.elements.namedItem("body");
  const nameOf = (form) => form.elements.namedItem("anchor")?.value || form.id || "message";
  const formOf = (name) => [...document.querySelectorAll("form[data-say]")].find((form) => nameOf(form) === name);
  const sizeOf = (text) => new TextEncoder().encode(text).length;

  function newKey() {
    // randomUUID is missing on plain http beyond this machine.
    if (crypto.randomUUID) return crypto.randomUUID();
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  function submit(event) {
    const form = event.target.closest?.("form[data-say]");
    if (!form || event.defaultPrevented || (event.submitter && event.submitter.hasAttribute("formaction"))) return;
    event.preventDefault();
    const field = box(form), body = field.value.trim(), key = form.elements.namedItem("key");
    if (!body) return field.focus();
    const anchor = form.elements.namedItem("anchor")?.value || null;
    const message = { key: key.value || newKey(), body, anchor, action: form.action, name: nameOf(form), tries: 0 };
    key.value = newKey();
    problem(form, "");
    fill(field, "");
    waiting.push(message);
    keep();
    showPending(message);
    send(message);
    form.dispatchEvent(new CustomEvent("parley:sent", { bubbles: true, detail: { key: message.key } }));
  }

  function send(message) {
    const frame = { type: "message", key: message.key, body: message.body, anchor: message.anchor };
    if (sizeOf(JSON.stringify(frame)) < LARGEST && window.parley?.send(frame)) later(message, ANSWER);
    else post(message);
  }

  function later(message, pause) {
    clearTimeout(message.timer);
    message.timer = setTimeout(() => post(message), pause);
  }

  async function post(message) {
    if (!waiting.includes(message) || message.posting) return;
    message.posting = true;
    const token = csrf(), fields = { body: message.body, key: message.key, csrf: token };
    if (message.anchor) fields.anchor = message.anchor;
    try {
      const headers = { Accept: "application/json", "X-CSRF-Token": token };
      const answer = await fetch(message.action, { method: "POST", body: new URLSearchParams(fields), headers });
      if (answer.ok) { acknowledged(message); await window.parley?.look(); return look(); }
      if (answer.status < 500 && answer.status !== 408) return refused(message, await sentence(answer, message));
      tryAgain(message);
    } catch {
      tryAgain(message);
    } finally {
      message.posting = false;
    }
  }

  function tryAgain(message) {
    const form = formOf(message.name), text = pending(message)?.querySelector(".pending-state");
    if (text) text.textContent = window.parley.words(form, "waiting", "Not sent yet. Trying again.");
    later(message, PAUSES[Math.min(message.tries++, PAUSES.length - 1)]);
  }

  async function sentence(answer, message) {
    try {
      const told = await answer.json();
      return told.detail ?? told.error ?? String(answer.status);
    } catch {
      return window.parley.words(formOf(message.name), "failed", "This could not be sent (#). Load the page afresh and try again.", answer.status);
    }
  }

  function csrf() {
    try { return JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRF-Token"] ?? ""; } catch { return ""; }
  }

  // ---- answers ------------------------------------------------------------------------------------------------------

  const shown = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

  function look() {
    for (const message of [...waiting]) if (shown(message.key)) acknowledged(message);
    for (const bubble of document.querySelectorAll("[data-pending]")) if (shown(bubble.dataset.pending)) bubble.remove();
  }

  function forget(message) {
    clearTimeout(message.timer);
    waiting = waiting.filter((other) => other !== message);
    keep();
  }

  function acknowledged(message) {
    forget(message);
    // Its bubble stays until the event itself is on the page.
    if (shown(message.key)) pending(message)?.remove();
    formOf(message.name)?.dispatchEvent(new CustomEvent("parley:acknowledged", { bubbles: true, detail: { key: message.key } }));
  }

  function refused(message, error) {
    if (!waiting.includes(message)) return;
    forget(message);
    pending(message)?.remove();
    const form = formOf(message.name);
    if (!form) {
      sessionStorage.setItem(store.draft(message.name), message.body);
      return document.getElementById("announcement")?.replaceChildren(error);
    }
    const field = box(form);
    fill(field, field.value.trim() ? `${message.body}\n\n${field.value}` : message.body);
    problem(form, error);
    field.focus();
  }

  function onFrame({ detail: frame }) {
    const message = waiting.find((each) => each.key === (frame.nack ?? frame.ack));
    // Not known whether it was kept: the same key again finds out, another could say it twice.
    if (message && frame.again) tryAgain(message);
    else if (message && frame.nack !== undefined) refused(message, frame.error);
    else if (message) acknowledged(message);
  }

  // ---- what is on the page ------------------------------------------------------------------------------------------

  const pending = (message) => document.querySelector(`[data-pending="${CSS.escape(message.key)}"]`);

  function showPending(message) {
    const list = document.getElementById(message.anchor ? `thread-${message.anchor.replace(":", "-")}` : "log");
    if (!list || pending(message)) return;
    const bubble = document.createElement("li"), text = document.createElement("p"), state = document.createElement("p");
    bubble.className = "message pending";
    bubble.dataset.pending = message.key;
    // The log announces the message itself when it arrives; hearing it twice helps nobody.
    bubble.setAttribute("aria-hidden", "true");
    text.className = "message-body as-written";
    text.textContent = message.body;
    state.className = "pending-state";
    state.textContent = window.parley.words(formOf(message.name), "sending", "Sending");
    bubble.append(text, state);
    list.append(bubble);
    bubble.scrollIntoView({ block: "nearest" });
  }

  function problem(form, error) {
    const place = form.querySelector("[data-problem]"), field = box(form);
    if (place) place.textContent = error;
    if (error) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }

  function fill(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // ---- over a reload ------------------------------------------------------------------------------------------------

  function keep() {
    const kept = waiting.map(({ key, body, anchor, action, name }) => ({ key, body, anchor, action, name, tries: 0 }));
    if (kept.length) sessionStorage.setItem(store.pending(), JSON.stringify(kept));
    else sessionStorage.removeItem(store.pending());
  }

  function restoreDrafts() {
    for (const form of document.querySelectorAll("form[data-say]:not([data-restored])")) {
      form.dataset.restored = "";
      const draft = sessionStorage.getItem(store.draft(nameOf(form)));
      if (draft && !box(form).value) fill(box(form), draft);
    }
  }

  function restorePending() {
    try { waiting = JSON.parse(sessionStorage.getItem(store.pending())) ?? []; } catch { waiting = []; }
    look();
    // What was on its way when the page went: the same key, so that it arrives once.
    for (const message of waiting) { showPending(message); post(message); }
  }

  function typed(event) {
    const form = event.target.closest?.("form[data-say]");
    if (!form || event.target !== box(form)) return;
    const name = store.draft(nameOf(form));
    if (event.target.value) sessionStorage.setItem(name, event.target.value);
    else sessionStorage.removeItem(name);
    if (event.isTrusted && Date.now() - (typed.at ?? 0) > 2000 && event.target.value) {
      typed.at = Date.now();
      window.parley?.send({ type: "typing", anchor: form.elements.namedItem("anchor")?.value || null });
    }
  }

  document.addEventListener("submit", submit);
  document.addEventListener("input", typed);
  document.addEventListener("keydown", (event) => {
    const form = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.closest?.("form.say, form[data-say]");
    if (form) { event.preventDefault(); form.requestSubmit(); }
  });
  document.addEventListener("parley:applied", look);
  document.addEventListener("parley:frame", onFrame);
  document.addEventListener("htmx:after:settle", restoreDrafts);
  document.addEventListener("DOMContentLoaded", () => { restoreDrafts(); restorePending(); });
})();
