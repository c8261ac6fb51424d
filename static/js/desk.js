// The desk by keys: j and k move along the queue, the letter on a button presses it, ? shows them all. Never while
// somebody types, and not at all once they are switched off. Beside it: who looks at what, and the minute of an undo.
const CLAIM_MS = 60_000;
const POLL_MS = 15_000;
const PASSING_MS = 300;
const SWITCH = "engage.desk.keys";

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]");
const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
// What was pressed is on its way; the page that comes decides what a key means next.
const busy = () => document.querySelector(".htmx-request:not([data-holds])") !== null;

function keysOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function move(step) {
  const links = [...document.querySelectorAll("[data-queue] a[href]")];
  const now = links.findIndex((link) => link.getAttribute("aria-current") === "true" || link === document.activeElement);
  const next = now + step;
  if (next >= links.length) document.querySelector("#queue-next")?.click();
  const link = links[Math.min(Math.max(next, 0), links.length - 1)];
  // On a phone the list alone may be shown: then its first line is not open yet.
  if (link && (link.getAttribute("aria-current") !== "true" || !shown(document.querySelector(".item")))) link.click();
}

const steps = [];

function press(key) {
  const button = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key.toLowerCase() === key && shown(one));
  if (!button) return false;
  if (button.matches("summary")) {
    const details = button.parentElement;
    details.open = !details.open;
    if (details.open) details.querySelector("textarea, select, input:not([type=hidden]), button")?.focus();
  } else {
    button.focus();
    button.click();
  }
  return true;
}

/** While screening, a digit is the rule and Enter sends; where one writes, Enter is a new line and Ctrl sends. */
function inForm(event) {
  const form = event.target.closest(".ask form");
  if (!form) return false;
  if (event.target.matches("select[name=rule]") && /^[1-9]$/.test(event.key) && keysOn()) {
    if (![...event.target.options].some((option) => option.value === event.key)) return false;
    event.target.value = event.key;
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  const sends = event.key === "Enter" && (event.target.matches("select") || ((event.ctrlKey || event.metaKey) && event.target.matches("textarea, input")));
  if (!sends || event.target.matches("select[name=reply]")) return false;
  const button = [...form.querySelectorAll("button[type=submit]:not([name=insert])")].at(-1);
  // Pressed, and not only sent: the button's own name and value belong to what is sent.
  if (!busy()) button.click();
  return true;
}

/** The list of keys is made from the buttons that are there, so that it cannot be wrong. */
function help() {
  const dialog = document.querySelector("dialog[data-keys]");
  if (!dialog) return;
  const list = dialog.querySelector("dl");
  for (const made of list.querySelectorAll("[data-made]")) made.remove();
  for (const button of [...document.querySelectorAll("[data-key]")].filter(shown)) {
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.textContent = button.dataset.key.toUpperCase();
    term.append(key);
    const meaning = document.createElement("dd");
    const words = button.cloneNode(true);
    for (const hidden of words.querySelectorAll("kbd")) hidden.remove();
    meaning.textContent = button.dataset.means ?? words.textContent.trim();
    for (const made of [term, meaning]) made.dataset.made = "";
    list.append(term, meaning);
  }
  dialog.querySelector("[data-keys-on]").checked = keysOn();
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (inForm(event)) {
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keysOn()) return;
  const key = event.key.toLowerCase();
  if (busy()) {
    // Steps along the list wait for the page that comes. A decision does not: one has to see what it is about.
    if (key === "j" || key === "k") steps.push(key === "j" ? 1 : -1);
    return;
  }
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "?") help();
  else if (!press(key)) return;
  event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys-on]")) return;
  try {
    localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
  } catch {
    // No storage: they stay on, and are off while this page is open at most.
  }
});

// What is marked in the list stays marked while one reads on, as long as it is what was marked.
const marked = new Set();

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-queue] input[name=item]")) return;
  if (event.target.checked) marked.add(event.target.value);
  else marked.delete(event.target.value);
});

function markAgain() {
  for (const box of document.querySelectorAll("[data-queue] input[name=item]")) box.checked ||= marked.has(box.value);
}

// An answer that refuses (422) or tells what changed (409) is a page like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!document.querySelector("[data-desk]")) return;
  // Of panels that share a name one is open: for a moment the new ones stand beside the old, and would be shut.
  if (event.detail.target.id === "main") {
    for (const panel of event.detail.target.querySelectorAll("details[name]")) panel.removeAttribute("name");
  }
  if (![409, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// Who looks at what

let claimed = null;
let passing = 0;

function claim() {
  const form = document.querySelector("form[data-claim]");
  if (!form || document.hidden) return;
  const data = new FormData(form);
  data.set("quiet", "1");
  if (claimed?.url !== form.action) release();
  claimed = { url: form.action, token: data.get("csrfmiddlewaretoken") };
  fetch(form.action, { method: "POST", body: data, keepalive: true }).catch(() => {});
}

/** Leaving says so. Where that does not arrive, the claim lapses by itself. */
function release() {
  if (!claimed) return;
  const data = new FormData();
  data.set("release", "1");
  data.set("csrfmiddlewaretoken", claimed.token);
  navigator.sendBeacon(claimed.url, data);
  claimed = null;
}

function poll() {
  const form = document.querySelector("form[data-holds]");
  if (form && !document.hidden) form.dispatchEvent(new CustomEvent("desk:poll"));
}

let watching = false;

function watch() {
  if (watching) return;
  watching = true;
  setInterval(claim, CLAIM_MS);
  setInterval(poll, POLL_MS);
  window.addEventListener("pagehide", release);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) poll();
  });
}

/** The button that takes a decision back goes with its minute. */
function countDown(part) {
  for (const form of part.querySelectorAll("form[data-undo]")) {
    setTimeout(() => form.remove(), Number(form.dataset.undo) * 1000);
  }
}

/** Brings the current item into the list's sight, and leaves the page where it is. */
function showCurrent() {
  const current = document.querySelector("[data-queue] [aria-current=true]");
  const list = current?.closest(".queue");
  if (!list) return;
  const edge = Math.min(list.getBoundingClientRect().bottom, window.innerHeight);
  const below = current.getBoundingClientRect().bottom - edge;
  if (below > 0) list.scrollTop += below + current.offsetHeight;
}

/** The next item came in place of the last: who listens goes on from its title, or from what went wrong. */
function arrive() {
  if (document.activeElement?.closest("#main .ask")) return;
  const place = document.querySelector("[data-desk] [data-focus]") ?? document.querySelector("[data-item-title]");
  place?.focus({ preventScroll: true });
}

// At once, before the next key: htmx tells of a new part only when it has settled.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "main" && document.querySelector("#main [data-desk]")) arrive();
});

export default function start(part) {
  const whole = part === document.documentElement;
  if (!whole && part.id !== "main") return;
  document.querySelector("[data-show-keys]")?.addEventListener("click", help);
  if (!document.querySelector("form[data-claim]")) release();
  // Who only passes by claims nothing.
  clearTimeout(passing);
  passing = setTimeout(claim, PASSING_MS);
  countDown(part);
  markAgain();
  watch();
  showCurrent();
  if (steps.length) move(steps.splice(0).reduce((sum, step) => sum + step, 0));
}
