// A button that copies what stands somewhere on the page. Without a clipboard it stays away: the text is there.

/** Readies every button of the part; data-copy names the element whose text it takes. */
export default function start(part) {
  if (!navigator.clipboard) return;
  for (const button of part.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
      button.textContent = button.dataset.copied;
    });
  }
}
