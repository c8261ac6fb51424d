// The composer: the title fills itself, letters are counted, the draft survives a reload, photos show before they go.
const KEY = "engage.draft.";

export default function start(part) {
  for (const form of part.querySelectorAll("form[data-composer]")) {
    const source = form.querySelector("[data-source]");
    const title = form.querySelector("[data-title]");
    keepDraft(form, source);
    fillTitle(source, title);
  }
  for (const tally of part.querySelectorAll("[data-tally]")) count(tally);
  for (const picker of part.querySelectorAll("[data-photos]")) pickPhotos(picker);
}

/** Says how many letters are left once it matters. */
function count(tally) {
  const field = document.getElementById(tally.dataset.tally);
  const max = Number(tally.dataset.max);
  // The browser would cut in silence what is pasted; we rather say how much is too much.
  field.removeAttribute("maxlength");
  const show = () => {
    const left = max - field.value.length;
    tally.hidden = left > max * 0.25;
    tally.textContent = `${Math.abs(left)} ${left < 0 ? tally.dataset.over : tally.dataset.left}`;
    tally.classList.toggle("tally--over", left < 0);
  };
  field.addEventListener("input", show);
  show();
}

/** The first line of the description: its first sentence, or as many words as fit. */
function titleOf(text, max) {
  const line = text.trim().split("\n")[0];
  const sentence = (line.match(/^.{8,}?(?:[.!?](?=\s)|[。！？])/)?.[0] ?? line).replace(/\.$/, "");
  if (sentence.length <= max) return sentence;
  const cut = sentence.slice(0, max - 1);
  return `${cut.slice(0, cut.lastIndexOf(" ") > 20 ? cut.lastIndexOf(" ") : cut.length)}…`;
}

function fillTitle(source, title) {
  if (!source || !title) return;
  const max = Number(title.dataset.title);
  let own = title.value.trim() !== "" && title.value !== titleOf(source.value, max);
  title.addEventListener("input", () => {
    own = title.value.trim() !== "";
  });
  source.addEventListener("input", () => {
    if (!own) title.value = titleOf(source.value, max);
  });
}

// What a person filled in, and the pin. Other hidden fields belong to the page, not to the draft.
const kept = (form) =>
  [...form.elements].filter(
    (field) =>
      field.name &&
      !["file", "submit", "button", "password", "fieldset"].includes(field.type) &&
      (field.type !== "hidden" || ["latitude", "longitude"].includes(field.name)),
  );

function read(field) {
  return ["checkbox", "radio"].includes(field.type) ? field.checked : field.value;
}

function write(field, value) {
  if (["checkbox", "radio"].includes(field.type)) field.checked = value;
  else field.value = value;
}

const nameOf = (field) => (["checkbox", "radio"].includes(field.type) ? `${field.name}=${field.value}` : field.name);

function keepDraft(form, source) {
  const key = KEY + form.dataset.composer;
  const note = form.querySelector("[data-draft-note]");
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? "null");
    // What the server sent back with a remark is newer than the draft.
    if (draft && source?.value === "") {
      for (const field of kept(form)) if (nameOf(field) in draft) write(field, draft[nameOf(field)]);
      if (note) note.hidden = false;
      for (const field of kept(form)) field.dispatchEvent(new Event("change", { bubbles: true }));
      form.dispatchEvent(new CustomEvent("restored"));
    }
  } catch {
    return; // No storage, no drafts.
  }
  let timer;
  const save = () => {
    try {
      const values = Object.fromEntries(kept(form).map((field) => [nameOf(field), read(field)]));
      if (source?.value.trim()) localStorage.setItem(key, JSON.stringify(values));
      else localStorage.removeItem(key);
    } catch {
      // Full or forbidden: the form still works.
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, 300);
  };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", save);
  window.addEventListener("pagehide", save);
  form.querySelector("[data-draft-forget]")?.addEventListener("click", () => {
    clearTimeout(timer);
    localStorage.removeItem(key);
    form.reset();
    note.hidden = true;
    source?.focus();
  });
}

/** Up to data-photos files, shown small, each with a button that takes it out again; also by drag and drop. */
function pickPhotos(input) {
  const most = Number(input.dataset.photos) || 3;
  const drop = input.closest("[data-drop]");
  const list = document.createElement("ul");
  list.className = "picked";
  (drop ?? input).after(list);
  let files = [];

  const put = (next) => {
    files = next.slice(0, most);
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    input.files = transfer.files;
    list.replaceChildren(...files.map(preview));
  };

  const preview = (file) => {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(file);
    image.alt = file.name;
    image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
    const remove = document.createElement("button");
    remove.type = "button";
    remove.setAttribute("aria-label", `${input.dataset.remove} ${file.name}`);
    const icon = document.querySelector("template[data-remove-icon]")?.content.cloneNode(true);
    remove.append(icon ?? "×");
    remove.addEventListener("click", () => {
      put(files.filter((other) => other !== file));
      input.focus();
    });
    item.append(image, remove);
    return item;
  };

  input.addEventListener("change", () => put([...files, ...input.files]));
  drop?.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.setAttribute("data-over", "");
  });
  drop?.addEventListener("dragleave", () => drop.removeAttribute("data-over"));
  drop?.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.removeAttribute("data-over");
    put([...files, ...[...event.dataTransfer.files].filter((file) => file.type.startsWith("image/"))]);
  });
}
