// Keys for the desk: j and k move along the queue, the letter on a button presses it, ? shows them all. Never while typing.
const typing = (target) => target.closest("input, textarea, select, [contenteditable], dialog[open]");

function move(step) {
  const links = [...document.querySelectorAll("[data-queue] a[href]")];
  const now = links.findIndex((link) => link.getAttribute("aria-current") === "true" || link === document.activeElement);
  links[Math.min(Math.max(now + step, 0), links.length - 1)]?.click();
}

const shown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

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
    meaning.textContent = words.textContent.trim();
    for (const made of [term, meaning]) made.dataset.made = "";
    list.append(term, meaning);
  }
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key === "?") help();
  else if (!press(key)) return;
  event.preventDefault();
});

/** Brings the current item into the list's sight, and leaves the page where it is. */
function showCurrent() {
  const current = document.querySelector("[data-queue] [aria-current=true]");
  const list = current?.closest(".queue");
  if (!list) return;
  const edge = Math.min(list.getBoundingClientRect().bottom, window.innerHeight);
  const below = current.getBoundingClientRect().bottom - edge;
  if (below > 0) list.scrollTop += below + current.offsetHeight;
}

export default function start() {
  showCurrent();
  document.querySelector("[data-show-keys]")?.addEventListener("click", help);
}
