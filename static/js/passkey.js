// Passkeys: allauth's own scripts ask the browser, once they are told here which button and which form are meant.
// The buttons are shown where the browser can, and what went wrong is said in words.
import { say } from "./say.js";

const isNumber = /^[\d.]+$|^\[/.test(location.hostname);
// What allauth calls the button of each form.
const buttons = { addForm: "add", authenticateForm: "authenticate", loginForm: "login" };
let heard = false;

export default function (part) {
  const able = Boolean(window.PublicKeyCredential) && !isNumber;
  for (const one of part.querySelectorAll("[data-passkey]")) one.hidden = !able;
  for (const one of part.querySelectorAll("[data-no-passkey]")) one.hidden = able;
  for (const { dataset } of part.querySelectorAll("[data-passkey-form]")) {
    const { passkeyForm: form, button, credential, passwordless, options } = dataset;
    const ids = { [buttons[form]]: button, credential, passwordless, data: options };
    window.allauth.webauthn.forms[form]({ ids });
    if (!heard) document.addEventListener("allauth.error", (event) => tell(event, dataset.failed));
    heard = true;
  }
}

function tell(event, words) {
  event.preventDefault();
  say(words);
}
