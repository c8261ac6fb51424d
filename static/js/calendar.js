// The calendar by hand: a message is dragged to another day or hour, or picked up by key, moved by arrows and put
// down. Where the server refuses, it goes back and says why. Without any of this each message has its own form.
import { hush, say } from "./say.js";

const PLACES = ".place[data-at], [data-cell]";
const MOVED_PX = 6;
const EDGE_PX = 56;
const MORNING = "T09:00";

export default function start(part) {
  for (const calendar of part.querySelectorAll("[data-calendar]")) ready(calendar);
}

function ready(calendar) {
  showGrips(calendar);
  calendar.addEventListener("pointerdown", (event) => take(calendar, event));
  calendar.addEventListener("keydown", (event) => byKey(calendar, event));
  calendar.addEventListener("focusout", (event) => {
    if (picked && event.target === picked.grip) letGo(calendar);
  });
}

function showGrips(calendar) {
  for (const grip of calendar.querySelectorAll("[data-grip]")) grip.hidden = false;
}

const tell = (calendar, words) => {
  calendar.querySelector("[data-tells]").textContent = words;
};

function mark(calendar, place) {
  for (const other of calendar.querySelectorAll("[data-over]")) other.removeAttribute("data-over");
  place?.setAttribute("data-over", "");
}

/** The local time at which a message would stand in a place: a day keeps its time, an hour its minutes. */
function timeIn(place, card) {
  const at = place.dataset.at;
  if (place.matches(".place")) return at;
  const own = card.dataset.at;
  if (!at.includes("T")) return at + (own ? own.slice(10) : MORNING);
  return own ? at.slice(0, 14) + own.slice(14) : at;
}

function inWords(at) {
  const shape = { weekday: "long", month: "long", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: "UTC" };
  return new Intl.DateTimeFormat(document.documentElement.lang, shape).format(new Date(`${at}Z`));
}

// --- by pointer -----------------------------------------------------------------------------------------

function take(calendar, event) {
  const card = event.target.closest("[data-plan]");
  const grip = event.target.closest("[data-grip]");
  if (!card || event.button !== 0 || "sending" in card.dataset) return;
  // A finger scrolls the page, but on the grip; links stay links.
  if (!grip && (event.pointerType !== "mouse" || event.target.closest("a, button"))) return;
  const from = { x: event.pageX, y: event.pageY };
  const ends = new AbortController();
  let carried = false;
  let place = null;

  const move = (now) => {
    const [x, y] = [now.pageX - from.x, now.pageY - from.y];
    if (!carried && Math.hypot(x, y) < MOVED_PX) return;
    carried = true;
    getSelection()?.removeAllRanges();
    card.dataset.carried = "";
    card.style.transform = `translate(${x}px, ${y}px)`;
    place = document.elementFromPoint(now.clientX, now.clientY)?.closest(PLACES) ?? null;
    mark(calendar, place);
    if (now.clientY < EDGE_PX) scrollBy(0, -EDGE_PX / 4);
    else if (now.clientY > innerHeight - EDGE_PX) scrollBy(0, EDGE_PX / 4);
  };
  const end = () => {
    ends.abort();
    mark(calendar, null);
    delete card.dataset.carried;
    card.style.transform = "";
  };
  const drop = () => {
    end();
    if (carried && place) put(calendar, card, timeIn(place, card));
  };
  const options = { signal: ends.signal };
  window.addEventListener("pointermove", move, options);
  window.addEventListener("pointerup", drop, options);
  window.addEventListener("pointercancel", end, options);
  window.addEventListener("keydown", (key) => key.key === "Escape" && end(), options);
}

// --- by key ---------------------------------------------------------------------------------------------

let picked = null; // its card, its grip, and where it would stand

function byKey(calendar, event) {
  const grip = event.target.closest("[data-grip]");
  if (!grip) return;
  const enter = event.key === "Enter" || event.key === " ";
  if (!picked && enter) pickUp(calendar, grip);
  else if (picked && enter) putDown(calendar);
  else if (picked && event.key === "Escape") {
    letGo(calendar);
    tell(calendar, calendar.dataset.left);
  } else if (picked && event.key.startsWith("Arrow")) step(calendar, event.key);
  else return;
  event.preventDefault();
}

function pickUp(calendar, grip) {
  const card = grip.closest("[data-plan]");
  if ("sending" in card.dataset) return;
  const cells = [...calendar.querySelectorAll("[data-cell]")];
  const here = card.closest("[data-cell]") ?? cells.find((cell) => cell.closest(".day--today")) ?? cells[0];
  picked = { card, grip, place: here };
  grip.setAttribute("aria-pressed", "true");
  mark(calendar, here);
  tell(calendar, calendar.dataset.picked);
}

function letGo(calendar) {
  picked?.grip.removeAttribute("aria-pressed");
  picked = null;
  mark(calendar, null);
}

function putDown(calendar) {
  const { card, place } = picked;
  letGo(calendar);
  put(calendar, card, timeIn(place, card), true);
}

function step(calendar, key) {
  const forward = getComputedStyle(calendar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const sideways = key === "ArrowLeft" || key === "ArrowRight";
  const by = sideways ? (key === forward ? 1 : -1) : key === "ArrowDown" ? 1 : -1;
  const days = [...calendar.querySelectorAll("[data-plans] .day")].map((day) =>
    day.matches("[data-cell]") ? [day] : [...day.querySelectorAll("[data-cell]")],
  );
  const day = days.findIndex((cells) => cells.includes(picked.place));
  const hour = days[day].indexOf(picked.place);
  const weeks = calendar.dataset.by === "day";
  const next = sideways ? days[day + by]?.[hour] : weeks ? days[day + 7 * by]?.[0] : days[day][hour + by];
  if (!next) return;
  picked.place = next;
  mark(calendar, next);
  next.scrollIntoView({ block: "nearest" });
  tell(calendar, inWords(timeIn(next, picked.card)));
}

// --- and sent -------------------------------------------------------------------------------------------

async function put(calendar, card, at, byKeyboard = false) {
  if (at === card.dataset.at) return tell(calendar, calendar.dataset.left);
  hush();
  card.dataset.sending = "";
  const body = new FormData();
  body.set("day", at.slice(0, 10));
  body.set("time", at.slice(11));
  body.set("version", card.dataset.version);
  body.set("csrfmiddlewaretoken", calendar.querySelector("[name=csrfmiddlewaretoken]").value);
  try {
    const answer = await fetch(card.dataset.move, { method: "POST", body, headers: { Accept: "application/json" } });
    const words = await answer.json();
    if (!answer.ok) throw new Refusal(words.detail);
    await renew(calendar);
    tell(calendar, words.said);
  } catch (error) {
    delete card.dataset.sending;
    // It is read out there; and once is enough.
    say(error instanceof Refusal ? error.message : calendar.dataset.sorry);
    if (error instanceof Refusal) await renew(calendar).catch(() => {});
  }
  if (byKeyboard) document.querySelector(`#${card.id} [data-grip]`)?.focus();
}

class Refusal extends Error {}

/** What stands where, as the server has it now. */
async function renew(calendar) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-plans]");
  if (!answer.ok || !fresh) throw new Error("no calendar");
  calendar.querySelector("[data-plans]").replaceWith(document.adoptNode(fresh));
  showGrips(calendar);
}
