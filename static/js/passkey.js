// Passkeys: the buttons that need one are shown where the browser can, and what went wrong is said in words.
// allauth's own scripts do the rest, and tell of errors with an event.
import { say } from "./say.js";

const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
let heard = false;

export default function (part) {
  const able = Boolean(window.PublicKeyCredential) && !isNumber;
  for (const one of part.querySelectorAll("[data-passkey]")) one.hidden = !able;
  for (const one of part.querySelectorAll("[data-no-passkey]")) one.hidden = able;
  const words = part.querySelector("[data-passkey-failed]")?.dataset.passkeyFailed;
  if (heard || !words) return;
  heard = true;
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say(words);
  });
}
