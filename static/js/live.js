// Keeps an open page equal to the deal: htmx's hx-ws carries the frames, this file sees that none is missed or shown twice.
//
// The page:   <div id="live" hx-ws:connect="/deals/ID/live?after=N&epoch=E" data-poll="/deals/ID/changes"> holds everything pushed.
//             An address without `after` numbers its frames anew at every connect (the inbox).
// It writes:  #connection  "Live" or "Reconnecting" (words in data-live, data-reconnecting)
//             #away        what came while the page was hidden or cut off (data-one, data-many with # for the number)
//             #ended       is shown when the right to the page has ended; data-code says why (4401, 4403, 4404)
// It tells:   parley:applied {seq, last}  on document, after each event is on the page
//             parley:frame {...}          every frame without elements: nack, ack, ephemeral
//             parley:line {live}          the connection came or went
// Others use: window.parley.send(frame) -> boolean, .look() (poll now), .position(), .words(element, name, fallback, what)
(() => {
  "use strict";
  const QUIET = 2000, NO_SOCKET = 8000, POLL = 4000, SILENCE = 45000, SEEN = 1000, RELOADS = 15000;
  const byId = (id) => document.getElementById(id);
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  let live = null, connection = null, own = true;      // own: numbers are this connection's
  let last = 0, heardAt = 0, lostAt = Date.now(), reallyLive = false, over = false;
  let stuckAt = -1, stuck = 0, polling = null, polledWell = false;
  let catchingUp = null, unseen = 0, title = "", seenTimer = null;

  const isOpen = () => connection?.socket?.readyState === WebSocket.OPEN;
  const words = (element, name, fallback, what = "") => (element?.dataset[name] ?? fallback).replace("#", what);

  function write(id, text) {
    const element = byId(id);
    if (element && element.textContent !== text) element.textContent = text;
  }

  // ---- the status ---------------------------------------------------------------------------------------------------

  function showLine(isLive) {
    const element = byId("connection");
    write("connection", isLive ? words(element, "live", "Live") : words(element, "reconnecting", "Reconnecting"));
  }

  function cameAlive() {
    lostAt = null;
    if (!reallyLive) tell("parley:line", { live: true });
    reallyLive = true;
    showLine(true);
  }

  function wentAway() {
    lostAt ??= Date.now();
    if (reallyLive) tell("parley:line", { live: false });
    reallyLive = false;
    setTimeout(noticeLoss, QUIET);
    setTimeout(fallBack, NO_SOCKET);
  }

  function noticeLoss() {
    // A hidden page closes its socket on purpose; nobody looks, and it is back before anybody does.
    if (lostAt !== null && Date.now() - lostAt >= QUIET - 50 && !document.hidden && !over) showLine(false);
  }

  function end(code) {
    over = true;
    stopPolling();
    const section = byId("ended");
    if (!section) return write("announcement", "This page is no longer connected. Load it afresh to go on.");
    section.dataset.code = code;
    section.hidden = false;
    section.querySelector("h1, h2")?.focus();
  }

  function reload() {
    // Once: a server that says it again and again must not keep a browser spinning.
    const key = `parley:reloaded:${location.pathname}`, before = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - before < RELOADS) return;
    sessionStorage.setItem(key, String(Date.now()));
    location.reload();
  }

  // ---- frames -------------------------------------------------------------------------------------------------------

  function reconnect() {
    // Without a code the browser reports 1005, which htmx answers with a new connection.
    connection?.socket?.close();
  }

  function hole() {
    stuck = stuckAt === last ? stuck + 1 : 1;
    stuckAt = last;
    if (stuck > 3) reload();
    else reconnect();
  }

  function begin(address) {
    const after = /[?&]after=(\d+)/.exec(address);
    own = !after;
    if (after) last = Math.max(last, Number(after[1]));
  }

  function moveTo(position) {
    last = position;
    // htmx reads the address at every connect, also when a hidden tab is shown again.
    if (connection && !own) connection.url = connection.url.replace(/([?&]after=)[^&]*/, `$1${last}`);
  }

  function applied(position, content = "") {
    moveTo(position);
    // What shows nothing, and what one did oneself, is no update.
    if (content.trim() && !content.includes(`data-author="${document.body.dataset.actor}"`)) {
      if (catchingUp) countMissed();
      if (document.hidden) showUnseen(unseen + 1);
    }
    tell("parley:applied", { seq: position, last });
    sayWhatWasSeen();
  }

  function before(event) {
    const { message } = event.detail;
    heardAt = Date.now();
    cameAlive();
    let frame = null;
    try { frame = JSON.parse(message.data); } catch { /* not ours: never shown */ }
    message.parley = frame;
    if (typeof frame?.content === "string") {
      if (frame.seq <= last) cancel(event);
      else if (frame.prev !== last) { cancel(event); hole(); }
      return;
    }
    cancel(event);
    if (!frame) return;
    if (frame.reload) reload();
    else if (typeof frame.hb === "number") { if (frame.hb > last) hole(); }
    else tell("parley:frame", frame);
  }

  function cancel(event) {
    event.detail.cancelled = true;
    event.preventDefault();
  }

  // ---- what was missed ----------------------------------------------------------------------------------------------

  function catchUp() {
    catchingUp = { count: 0, timer: setTimeout(sayMissed, 3000) };
    // A live region has to be there before it is used.
    if (byId("away")) byId("away").hidden = false;
  }

  function countMissed() {
    clearTimeout(catchingUp.timer);
    catchingUp.count += 1;
    catchingUp.timer = setTimeout(sayMissed, 500);
  }

  function sayMissed() {
    const count = catchingUp?.count ?? 0, element = byId("away");
    catchingUp = null;
    if (!element) return;
    element.hidden = !count;
    if (!count) return;
    element.textContent = count === 1 ? words(element, "one", "1 update while you were away") : words(element, "many", "# updates while you were away", count);
    setTimeout(() => { element.textContent = ""; element.hidden = true; }, 10000);
  }

  function showUnseen(count) {
    title ||= document.title;
    unseen = count;
    // The desk counts its deals in the same place.
    document.title = count ? `(${count}) ${title.replace(/^\(\d+\) /, "")}` : title;
    if (!count) title = "";
  }

  function sayWhatWasSeen() {
    // "Viewed" means a person: a page that was in front of somebody for a second.
    if (seenTimer || document.body.dataset.party !== "buyer") return;
    seenTimer = setTimeout(() => {
      seenTimer = null;
      if (!document.hidden) parley.send({ type: "seen", seq: last });
    }, SEEN);
  }

  // ---- without a socket ---------------------------------------------------------------------------------------------

  function fallBack() {
    if (lostAt === null || Date.now() - lostAt < NO_SOCKET - 50 || document.hidden || over) return;
    if (!polling && live?.dataset.poll) { polling = setInterval(look, POLL); look(); }
  }

  function stopPolling() {
    clearInterval(polling);
    polling = null;
    polledWell = false;
  }

  async function look() {
    if (!live?.dataset.poll || over || look.busy) return;
    look.busy = true;
    try {
      while (await lookOnce());
    } catch {
      if (polledWell) wentAway();
      polledWell = false;
    } finally {
      look.busy = false;
    }
  }

  async function lookOnce() {
    const asked = last, address = new URL(live.dataset.poll, location.href);
    address.searchParams.set("after", asked);
    const epoch = /[?&]epoch=([^&]*)/.exec(live.getAttribute("hx-ws:connect") ?? "");
    if (epoch) address.searchParams.set("epoch", decodeURIComponent(epoch[1]));
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, cache: "no-store" });
    if (answer.status === 409) return reload();
    const code = { 401: 4401, 403: 4403, 404: 4404 }[answer.status];
    if (code) return end(code);
    if (!answer.ok) throw new Error(answer.status);
    const text = await answer.text(), position = Number(answer.headers.get("Parley-Position"));
    // The socket came back meanwhile and is further: what it showed is newer than this.
    if (last !== asked) return false;
    if (text.trim()) await htmx.swap({ sourceElement: live, target: live, text, swap: "none swapEmpty:false", transition: false });
    if (position > asked) applied(position, text);
    if (polling && !isOpen()) { polledWell = true; cameAlive(); }
    return answer.headers.get("Parley-More") === "1";
  }

  // ---- wiring -------------------------------------------------------------------------------------------------------

  const mine = (event) => event.target === live || event.target === document;

  document.addEventListener("htmx:ws:before:connection", (event) => {
    if (event.target.id !== "live") return;
    live = event.target;
    connection = event.detail.connection;
    begin(connection.url);
  });

  document.addEventListener("htmx:ws:after:connection", (event) => {
    if (!mine(event)) return;
    connection = event.detail.connection;
    heardAt = Date.now();
    if (own) last = 0;
    stopPolling();
    if (lostAt !== null && connection.parleyOpened) catchUp();
    connection.parleyOpened = true;
    // One that is closed at once with 4401 was never live; any frame says so earlier.
    const socket = connection.socket;
    setTimeout(() => { if (socket === connection.socket && isOpen()) cameAlive(); }, 500);
    sayWhatWasSeen();
  });

  document.addEventListener("htmx:ws:before:message:incoming", (event) => { if (mine(event)) before(event); });

  document.addEventListener("htmx:ws:after:message:incoming", (event) => {
    const frame = mine(event) && event.detail.message.parley;
    if (frame && typeof frame.content === "string") applied(frame.seq, frame.content);
  });

  document.addEventListener("htmx:ws:close", (event) => {
    if (!mine(event)) return;
    if ([4401, 4403, 4404].includes(event.detail.code)) end(event.detail.code);
    else if (event.detail.reason !== "removed") wentAway();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return stopPolling();
    showUnseen(0);
    if (lostAt !== null) { lostAt = Date.now(); wentAway(); }
  });

  window.addEventListener("online", () => { if (!isOpen()) look(); });

  setInterval(() => {
    if (isOpen() && !document.hidden && Date.now() - heardAt > SILENCE) reconnect();
  }, 5000);

  document.addEventListener("DOMContentLoaded", () => {
    live = byId("live");
    if (!live) return;
    // Whatever a frame holds outside of its elements is never put on the page.
    if (!live.hasAttribute("hx-swap")) live.setAttribute("hx-swap", "none");
    begin(live.getAttribute("hx-ws:connect") ?? "");
    wentAway();
  });

  const parley = window.parley = {
    send(frame) {
      if (!isOpen()) return false;
      connection.socket.send(JSON.stringify(frame));
      return true;
    },
    look,
    position: () => last,
    words,
  };
})();
