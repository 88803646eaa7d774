// Who is at the table, at which line or term, and who is typing; and where this page's reader is, for the others.
//
// It reads:   parley:frame {ephemeral: {here: [{actor, name, at}]} or {typing: {actor, name}}}
// It writes:  #presence, #typing   names (data-here, data-typing with # for them)
//                                  and nobody's once the message is there
//             .line[data-here]     the names of those who are at that line, which the style sheet shows
// It sends:   {"type":"at","anchor":"line:KEY"|null} when the focus has rested in another row, or in none
(() => {
  "use strict";
  const REST = 300, TYPED = 4000;
  let here = [], told = null, resting = null, typed = null, typist = null;

  const write = (id, name, what) => {
    const element = document.getElementById(id), text = element && what ? window.parley.words(element, name, "#", what) : "";
    if (element && element.textContent !== text) element.textContent = text;
  };

  function show() {
    const others = here.filter((person) => person.actor !== document.body.dataset.actor), rows = new Map();
    write("presence", "here", others.map((person) => person.name).join(", "));
    for (const { at, name } of others) {
      const row = at && document.getElementById(at.replace(":", "-"));
      if (row) rows.set(row, [...(rows.get(row) ?? []), name]);
    }
    for (const row of document.querySelectorAll(".line[data-here]")) if (!rows.has(row)) delete row.dataset.here;
    for (const [row, names] of rows) row.dataset.here = names.join(", ");
  }

  function showTyping(person) {
    typist = person?.actor ?? null;
    write("typing", "typing", person?.name ?? "");
    clearTimeout(typed);
    typed = person && setTimeout(showTyping, TYPED);
  }

  // What somebody was typing is said.
  function heard({ detail: { seq } }) {
    if (typist && document.getElementById(`log-${seq}`)?.dataset.author === typist) showTyping(null);
  }

  function place() {
    const row = document.hidden ? null : document.activeElement?.closest(".line[id]");
    return row?.id.replace("-", ":") ?? null;
  }

  function tell() {
    const at = place();
    if (at !== told && window.parley?.send({ type: "at", anchor: at })) told = at;
  }

  function rest() {
    clearTimeout(resting);
    resting = setTimeout(tell, REST);
  }

  for (const name of ["focusin", "focusout", "visibilitychange"]) document.addEventListener(name, rest);

  document.addEventListener("parley:line", ({ detail }) => {
    // The server knows nothing of a page that comes back but its name.
    if (detail.live) { told = null; rest(); }
  });

  document.addEventListener("parley:frame", ({ detail: { ephemeral } }) => {
    if (ephemeral?.typing) showTyping(ephemeral.typing);
    if (!ephemeral?.here) return;
    here = ephemeral.here;
    show();
  });

  // A row that was drawn anew has no mark.
  document.addEventListener("parley:applied", show);
  document.addEventListener("parley:applied", heard);
})();
