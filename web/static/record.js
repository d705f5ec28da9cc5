// The form of a record: what its buttons do is done in place, what fits is looked for while one types, and what is not kept yet is
// put aside. Without this script the buttons send the form, and its page comes back with what was done.
const form = document.querySelector("form.record-form[data-place]");

/// A part of the page, by what the form calls it.
const part = (root, name) => root.querySelector(`[data-part="${CSS.escape(name)}"]`);

function count(text) {
  const output = document.querySelector(`output[for="${CSS.escape(text.id)}"]`);
  const length = [...text.value].length;
  if (!output) return;
  output.textContent = length;
  output.parentElement.classList.toggle("fault", length > Number(text.dataset.longest));
}

// Buttons that change the form alone: its page comes back, and the part that they are of takes the place of the old one.

const own = ["cite", "kept", "uncite", "unlink", "add", "add-row", "drop-row", "refresh"];

function part_of(button) {
  const [word, field] = button.value.split(" ");
  if (word === "refresh") return "beside";
  if (word === "cite" || word === "kept") return form.elements.into.value;
  return field;
}

async function press(button) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("do", button.value);
  const answer = await fetch(form.action, { method: "POST", body: fields });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const name = part_of(button);
  const old = part(document, name), come = part(page, name);
  if (!old || !come) throw new Error("moved");
  const replaced = document.importNode(come, true);
  old.replaceWith(replaced);
  return replaced;
}

/// Where one goes on writing.
function go_on(replaced, word) {
  if (word === "cite" || word === "kept") return;
  const last = (selector) => [...replaced.querySelectorAll(selector)].at(-1);
  const next = word === "add-row" ? last("tbody tr")?.querySelector("input[type=text], select, textarea") : word === "add" ? replaced.querySelector("[id^='add-']") : last("button");
  next?.focus();
}

const said = { cite: "引用を加えました。", kept: "引用を加えました。", uncite: "引用を外しました。", unlink: "外しました。", add: "加えました。", "add-row": "行を加えました。", "drop-row": "行を消しました。", refresh: "探し直しました。" };

function announce(words) {
  const place = document.getElementById("saved");
  if (place) place.textContent = words;
}

// What fits the question, beside it.

let asked = null;
let waiting = null;

function item(entry, cites) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = entry.url;
  link.target = "_blank";
  link.textContent = entry.citation ?? entry.number;
  line.append(link, " ");
  const state = document.createElement("span");
  state.className = `state ${entry.number ? (entry.closed ? "past" : "open") : entry.state}`;
  state.textContent = entry.state_label;
  line.append(state);
  if (entry.excerpt && !entry.value) {
    const words = document.createElement("p");
    words.className = "where";
    words.textContent = entry.excerpt;
    line.append(words);
  }
  if (cites && entry.address) {
    const button = document.createElement("button");
    button.className = "small";
    button.name = "do";
    button.value = `cite ${entry.address}`;
    button.textContent = "引用する";
    const of = document.createElement("span");
    of.className = "hidden";
    of.textContent = `: ${entry.citation}`;
    button.append(of);
    line.append(button);
  }
  if (entry.citations?.length) {
    const list = document.createElement("ul");
    list.className = "offers";
    list.append(...entry.citations.map((one) => item(one, cites)));
    line.append(list);
  }
  return line;
}

function show(list, entries, cites) {
  const place = document.getElementById(`${list}-list`);
  if (!place) return;
  place.replaceChildren(...entries.map((entry) => item(entry, cites)));
  document.getElementById(`${list}-none`)?.remove();
  if (entries.length > 0) return;
  const words = document.createElement("p");
  words.className = "where";
  words.id = `${list}-none`;
  words.textContent = "見つかりませんでした。";
  place.after(words);
}

async function look_beside(text) {
  asked?.abort();
  asked = new AbortController();
  const parameters = new URLSearchParams({ text: [...text].slice(0, 700).join(""), number: form.dataset.number });
  try {
    const answer = await fetch(`/api/v1/ledgers/${encodeURIComponent(form.dataset.ledger)}/beside?${parameters}`, { signal: asked.signal });
    if (!answer.ok) return;
    const beside = await answer.json();
    show("alike", beside.alike, beside.cites);
    show("fitting", beside.clauses, beside.cites);
  } catch {
    // The next words are asked for anew.
  }
}

// What is not kept yet.

let changed = false;
let saving = null;

async function put_aside(leaving) {
  if (!changed) return;
  changed = false;
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("do");
  fields.set("place", form.dataset.place);
  try {
    const answer = await fetch("/unsaved", { method: "POST", body: fields, keepalive: leaving });
    if (!answer.ok) throw new Error(String(answer.status));
    announce(`書きかけを置きました（${(await answer.json()).saved_at}）。`);
  } catch {
    changed = true;
    announce("書きかけを置けませんでした。つながり次第、もう一度置きます。");
  }
}

if (form) {
  document.body.classList.add("scripted");
  const question = form.querySelector("textarea");

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const word = button?.value.split(" ")[0];
    if (button?.name !== "do" || !own.includes(word)) {
      changed = false;
      clearTimeout(saving);
      return;
    }
    event.preventDefault();
    try {
      go_on(await press(button), word);
      announce(said[word]);
      note_change();
    } catch {
      // As without script.
      const field = Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: button.value });
      form.append(field);
      form.submit();
    }
  });

  const note_change = () => {
    changed = true;
    clearTimeout(saving);
    saving = setTimeout(() => put_aside(false), 5000);
  };
  form.addEventListener("input", (event) => {
    note_change();
    if (event.target.matches("textarea[data-longest]")) count(event.target);
    // While an input method converts, the words are not what is meant.
    if (event.target !== question || event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => look_beside(question.value), 600);
  });
  question?.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look_beside(question.value), 600);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) put_aside(false);
  });
  addEventListener("pagehide", () => put_aside(true));
  for (const text of form.querySelectorAll("textarea[data-longest]")) count(text);
}

// All records of a list at once.
const head = document.querySelector(".records thead .tick");
if (head) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.setAttribute("aria-label", "すべてを選ぶ");
  all.addEventListener("change", () => {
    for (const one of document.querySelectorAll(".records tbody .tick input")) one.checked = all.checked;
  });
  head.append(all);
}
