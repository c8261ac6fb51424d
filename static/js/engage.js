// Engage works without any of this. Each module is fetched only where the page asks for it.
const modules = [
  ["form[data-vote]", () => import("./vote.js")],
  ["form[data-verdict]", () => import("./verdict.js")],
  ["form[data-composer], [data-tally], [data-photos]", () => import("./composer.js")],
  ["[data-map]", () => import("./map.js")],
  ["[data-desk]", () => import("./desk.js")],
  ["form[data-redaction]", () => import("./redact.js")],
  ["[data-locate]", () => import("./locate.js")],
  ["[data-notices]", () => import("./notices.js")],
  ["[data-copy]", () => import("./copy.js")],
  ["[data-calendar]", () => import("./calendar.js")],
  ["[data-passkey]", () => import("./passkey.js")],
];

const SENDING_MS = 3_000;

/** Starts what the part of the page needs. Every module's default export takes the part and may be called again. */
function start(part) {
  const wanted = modules.filter(([selector]) => part.matches?.(selector) || part.querySelector(selector));
  tellAges(part);
  return Promise.all(wanted.map(([, load]) => load().then((module) => module.default(part))));
}

/** Dates become "3 days ago" in the language of the page; the date itself stays as the title. */
function tellAges(part) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const units = [
    ["year", 31536000],
    ["month", 2592000],
    ["week", 604800],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  for (const time of part.querySelectorAll("time[data-ago]")) {
    const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
    time.title = time.textContent.trim();
    time.textContent = words.format(Math.round(seconds / size), unit);
    time.removeAttribute("data-ago");
  }
}

/** A menu closes with Escape and with a click elsewhere. */
function tameMenus() {
  const open = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

/** A double click sends a form once. What htmx or a script of ours sends is looked after there. */
function sendOnce() {
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (sent.has(form)) event.preventDefault();
    sent.add(form);
    // A page that does not come may be asked for again.
    setTimeout(() => sent.delete(form), SENDING_MS);
  });
}

/** A draft goes only when a page says that it arrived: data-draft-sent names it. */
function forgetSentDrafts() {
  for (const sent of document.querySelectorAll("[data-draft-sent]")) {
    try {
      localStorage.removeItem(`engage.draft.${sent.dataset.draftSent}`);
    } catch {
      // No storage, no drafts.
    }
  }
}

// From then on every key and button answers without the server.
start(document.documentElement).then(() => document.documentElement.setAttribute("data-started", ""));
tameMenus();
sendOnce();
forgetSentDrafts();
document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt);
});
