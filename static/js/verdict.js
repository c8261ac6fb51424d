// "Is it fixed?" is answered on the page at once, sent behind it, and taken back with a word if the server refuses.
import { hush, say } from "./say.js";

const buttons = (form) => [...form.querySelectorAll("button[name=fixed]")];
const count = (form, value) => form.querySelector(`[data-count=${value}]`);

function show(form, mine) {
  const before = form.dataset.verdict;
  if (before && before !== mine) count(form, before).textContent = Number(count(form, before).textContent) - 1;
  if (mine && before !== mine) count(form, mine).textContent = Number(count(form, mine).textContent) + 1;
  form.dataset.verdict = mine;
  for (const button of buttons(form)) button.setAttribute("aria-pressed", button.value === mine);
}

async function send(form, value) {
  const body = new FormData(form);
  body.set("fixed", value);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  const answer = await response.json().catch(() => ({}));
  if (response.ok && typeof answer.fixed === "number") return answer;
  throw new Error(answer.detail || answer.title || form.dataset.sorry);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const value = event.submitter?.value;
  if (!form.matches("form[data-verdict]") || !value) return;
  event.preventDefault();
  if (form.hasAttribute("data-pending")) return;
  const before = form.dataset.verdict;
  hush();
  show(form, value);
  form.toggleAttribute("data-pending", true);
  try {
    const answer = await send(form, value);
    count(form, "yes").textContent = answer.fixed;
    count(form, "no").textContent = answer.not_fixed;
    // It is back with the command: the whole page says something else now.
    if (answer.reopened) window.location.reload();
  } catch (error) {
    show(form, before);
    say(error instanceof TypeError ? form.dataset.sorry : error.message);
  } finally {
    form.toggleAttribute("data-pending", false);
  }
});

/** The listener above serves forms that come later too. */
export default function start() {}
