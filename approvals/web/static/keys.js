// The keyboard of the inbox. Everything it does is a link, a form or a button that works without it.
"use strict";
(() => {
  const OFF = "lifecycle.keys.off", born = performance.now();
  const all = (what) => [...document.querySelectorAll(what)];
  const one = (what) => document.querySelector(what);
  const store = { // a browser may refuse to keep anything
    get off() { try { return localStorage.getItem(OFF) === "1"; } catch { return false; } },
    set off(value) { try { localStorage.setItem(OFF, value ? "1" : "0"); } catch { /* not kept */ } },
  };

  const button = one("[data-keys]");
  const show = () => { if (button) { button.hidden = false; button.textContent = store.off ? "Keys off" : "Keys on"; button.setAttribute("aria-pressed", String(!store.off)); } };
  if (button) button.addEventListener("click", () => { store.off = !store.off; show(); });
  show();

  document.addEventListener("submit", (event) => { // how long somebody looked, in whole seconds
    const field = event.target.querySelector("[data-seconds]");
    if (field) field.value = String(Math.round((performance.now() - born) / 1000));
  });

  const rows = all("[data-row]");
  let at = -1;
  const move = (by) => {
    if (!rows.length) return;
    if (at >= 0) rows[at].classList.remove("on");
    at = Math.min(Math.max(at + by, 0), rows.length - 1);
    rows[at].classList.add("on");
    const link = rows[at].querySelector("a");
    link.focus({ preventScroll: true });
    rows[at].scrollIntoView({ block: "nearest" });
  };
  const open = (hash) => { if (at >= 0) { const link = rows[at].querySelector("a"); location.href = link.href + hash; } };
  const unfold = (name) => {
    const found = one(`details[data-key="${name}"]`);
    if (!found) return;
    found.open = true;
    const field = found.querySelector("select, textarea, input:not([type=hidden])");
    if (field) field.focus();
  };
  const send = (name) => { const form = one(`form[data-key="${name}"]`); if (form) form.requestSubmit(); return Boolean(form); };
  const follow = (what) => { const link = one(what); if (link) link.click(); };

  const inRow = (what) => (at >= 0 ? rows[at].querySelector(what) : null);
  const care = (name) => { const form = inRow(`form[data-care="${name}"]`); if (form) form.requestSubmit(); };
  const ask = (name) => {
    const found = inRow(`details[data-care="${name}"]`);
    if (!found) return false;
    found.open = true;
    found.querySelector("select, input:not([type=hidden])").focus();
    return true;
  };

  const onProposal = document.body.hasAttribute("data-proposal");
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    a: () => (onProposal ? send("a") : open("#a")),
    e: () => (onProposal ? unfold("e") : open("#e")),
    r: () => (onProposal ? unfold("r") : open("#r")),
    s: () => (onProposal ? unfold("s") : ask("s") || open("#s")),
    c: () => care("c"),
    d: () => care("d"),
    n: () => ask("n"),
    x: () => { const box = at >= 0 && rows[at].querySelector("input[type=checkbox]"); if (box && !box.disabled) box.checked = !box.checked; },
    u: () => { if (!send("u")) follow("#up"); },
    g: () => follow("#group"),
    "/": () => { const field = one("#search"); if (field) field.focus(); },
    "?": () => { const help = one("#help"); if (help) { help.open = !help.open; help.scrollIntoView(); } },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement) document.activeElement.blur();
    if (store.off || event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!key) return;
    event.preventDefault();
    key();
  });

  const wanted = location.hash.slice(1); // a key pressed in the queue goes on here
  if (onProposal && /^[ers]$/.test(wanted)) unfold(wanted);
  if (onProposal && wanted === "a") { const go = one('form[data-key="a"] button'); if (go) go.focus(); }
})();
