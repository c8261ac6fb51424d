// Removing a piece by selecting it: what is selected in a text goes into the form, with where it begins.
const own = (node) => node.parentElement?.closest(".flag__why, .usa-hint") === null;

/** How many letters (code points) of the text stand before a place in it; labels beside marks do not count. */
function lettersBefore(area, node, offset) {
  const range = document.createRange();
  range.selectNodeContents(area);
  range.setEnd(node, offset);
  return [...textOf(area, range)].length;
}

/** The text of an area within a range, without the labels. */
function textOf(area, range) {
  const walker = document.createTreeWalker(area, NodeFilter.SHOW_TEXT);
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!own(node) || !range.intersectsNode(node)) continue;
    const from = node === range.startContainer ? range.startOffset : 0;
    const to = node === range.endContainer ? range.endOffset : node.data.length;
    text += node.data.slice(from, to);
  }
  return text;
}

function take() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  const around = range.commonAncestorContainer;
  const area = (around.nodeType === Node.TEXT_NODE ? around.parentElement : around).closest("[data-redact]");
  const form = document.querySelector("form[data-redaction]");
  if (!area || !form) return;
  const text = textOf(area, range);
  const piece = text.trim();
  if (!piece) return;
  const start = lettersBefore(area, range.startContainer, range.startOffset);
  form.elements.piece.value = piece;
  form.elements.start.value = start + [...text].length - [...text.trimStart()].length;
  if (form.elements.flagged) form.elements.flagged.value = "";
  for (const radio of form.querySelectorAll("[name=field]")) radio.checked = radio.value === area.dataset.redact;
}

document.addEventListener("selectionchange", take);

export default function start(part) {
  // Typed by hand, it begins nowhere.
  part.querySelector("[data-piece]")?.addEventListener("input", (event) => {
    event.target.form.elements.start.value = "";
  });
}
