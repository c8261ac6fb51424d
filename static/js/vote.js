// A vote is counted on the page at once, sent behind it, and taken back with a word if the server refuses.
import { hush, say } from "./say.js";

const states = new Map(); // by address: what the server last agreed to, what is wanted, whether one is on its way

const formsOf = (address) => [...document.querySelectorAll("form[data-vote]")].filter((form) => form.action === address);

function stateOf(form) {
  if (!states.has(form.action)) {
    const value = Number(form.dataset.vote);
    const score = Number(form.querySelector("[data-score]").dataset.score);
    states.set(form.action, { value, score, wanted: value, sending: false });
  }
  return states.get(form.action);
}

/** Shows the votes as they will be once the server has agreed to what is wanted. */
function show(address, moved) {
  const state = states.get(address);
  const score = state.score + state.wanted - state.value;
  for (const form of formsOf(address)) {
    form.dataset.vote = state.wanted;
    form.toggleAttribute("data-pending", state.sending);
    const output = form.querySelector("[data-score]");
    if (Number(output.textContent) !== score) output.textContent = score;
    for (const button of form.querySelectorAll("[data-value]")) {
      const pressed = Number(button.dataset.value) === state.wanted;
      button.setAttribute("aria-pressed", pressed);
      button.value = pressed ? 0 : button.dataset.value;
    }
    if (moved) {
      form.dataset.moved = moved;
      form.addEventListener("animationend", () => delete form.dataset.moved, { once: true });
    }
  }
}

async function post(form, value) {
  const body = new FormData();
  body.set("value", value);
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  const answer = await response.json().catch(() => ({}));
  if (response.ok && typeof answer.score === "number") return answer;
  throw new Error(answer.detail || answer.title || form.dataset.sorry);
}

/** Sends until the server agrees with the last wish; clicks meanwhile only change the wish. */
async function send(form) {
  const address = form.action;
  const state = states.get(address);
  if (state.sending) return;
  state.sending = true;
  show(address);
  while (state.wanted !== state.value) {
    const asked = state.wanted;
    try {
      const answer = await post(form, asked);
      state.score = answer.score;
      state.value = answer.value;
      if (state.wanted === asked) state.wanted = answer.value;
    } catch (error) {
      state.wanted = state.value;
      state.sending = false;
      show(address, "back");
      say(error instanceof TypeError ? form.dataset.sorry : error.message);
      return;
    }
  }
  state.sending = false;
  show(address);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-vote]") || !event.submitter?.dataset.value) return;
  event.preventDefault();
  const state = stateOf(form);
  const value = Number(event.submitter.dataset.value);
  const before = state.wanted;
  state.wanted = before === value ? 0 : value;
  hush();
  show(form.action, state.wanted > before ? "up" : "down");
  send(form);
});

/** The listener above serves forms that come later too. A page restored by the browser starts from its own truth. */
export default function start() {}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) states.clear();
});
