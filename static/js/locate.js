// "Use my place": asks the phone where it is, fills the fields named and sends the form, or moves the pin.
import { say } from "./say.js";

function fill(button, { latitude, longitude }) {
  const form = button.form ?? button.closest("form");
  const lat = form.querySelector(button.dataset.latField || "[name=lat]");
  const lon = form.querySelector(button.dataset.lonField || "[name=lon]");
  // Four digits are ten meters: enough to find a block, too little to find a door.
  lat.value = latitude.toFixed(4);
  lon.value = longitude.toFixed(4);
  lat.dispatchEvent(new Event("change", { bubbles: true }));
  if (button.dataset.locate === "send" || "send" in button.dataset) form.requestSubmit();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-locate]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  event.preventDefault();
  button.setAttribute("aria-busy", "true");
  const done = () => button.removeAttribute("aria-busy");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      done();
      fill(button, coords);
    },
    () => {
      done();
      say(button.dataset.sorry);
    },
    { timeout: 10000, maximumAge: 60000 },
  );
});

export default function start(part) {
  // Shown only where it can work.
  if (!navigator.geolocation) return;
  for (const button of part.querySelectorAll("[data-locate][hidden]")) button.hidden = false;
}
