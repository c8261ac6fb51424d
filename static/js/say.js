// One line at the foot of the window, read aloud, there until it is put away or replaced.
export function say(text) {
  const place = document.querySelector("[data-says]");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "says__line";
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = place.dataset.close;
  close.addEventListener("click", hush);
  line.append(words, close);
  place.replaceChildren(line);
}

export function hush() {
  document.querySelector("[data-says]")?.replaceChildren();
}
