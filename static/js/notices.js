// The count in the header stays true while one looks at the page: asked for each half minute, and on coming back.
const EVERY = 30000;

const look = () => {
  if (document.visibilityState === "visible") document.querySelector("[data-notices]")?.dispatchEvent(new Event("look"));
};

let started = false;

export default function start() {
  if (started) return;
  started = true;
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
