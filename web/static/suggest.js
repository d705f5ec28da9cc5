// Offers what the typed words can become (the combobox pattern of WAI-ARIA 1.2). Without this script
// the box is an ordinary one.
const pause = 40; // milliseconds without a key before it is asked

function combobox(input) {
  const list = document.createElement("ul");
  list.id = "q-suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "入力候補");
  input.parentElement.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    input.setAttribute(name, value);
  }
  let timer, request, active = -1, typed = "";

  function activate(index) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = index;
    const option = list.children[active];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    input.value = option ? option.dataset.text : typed;
  }

  function forget() {
    clearTimeout(timer);
    request?.abort();
  }

  function close() {
    forget();
    list.hidden = true;
    list.replaceChildren();
    active = -1;
    input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-expanded", "false");
  }

  function choose(option) {
    input.value = option.dataset.text;
    close();
    input.form.requestSubmit();
  }

  function option(suggestion, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.dataset.text = suggestion.text;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const words = document.createElement("span"), kind = document.createElement("span");
    words.textContent = suggestion.text;
    kind.className = "kind";
    kind.textContent = suggestion.kind_label;
    item.append(words, kind);
    // The box keeps the focus: a press must not take it.
    item.addEventListener("mousedown", (event) => event.preventDefault());
    item.addEventListener("click", () => choose(item));
    return item;
  }

  function show(suggestions) {
    close();
    typed = input.value;
    list.replaceChildren(...suggestions.filter(({ text }) => text !== typed).map(option));
    list.hidden = list.children.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  async function ask() {
    const q = input.value;
    request = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?q=${encodeURIComponent(q)}&limit=8`, { signal: request.signal });
      const { suggestions } = await answer.json();
      if (answer.ok && q === input.value && document.activeElement === input) show(suggestions);
    } catch {
      // Overtaken by a later key, or out of reach: what is typed can be searched for all the same.
    }
  }

  function changed() {
    forget();
    if (input.value.trim() === "") close();
    else timer = setTimeout(ask, pause);
  }

  // While an input method converts, the list goes along, and the keys are the method's.
  input.addEventListener("input", changed);
  input.addEventListener("compositionend", changed);
  input.addEventListener("blur", close);
  input.form.addEventListener("submit", close);
  input.addEventListener("keydown", (event) => {
    // 229: Safari tells of the key that ends a conversion after its end.
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
    const count = list.children.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (count === 0) {
        if (event.key === "ArrowDown" && input.value.trim() !== "") ask();
      } else {
        // Beyond either end stands what was typed.
        const step = event.key === "ArrowDown" ? 1 : -1;
        activate(((active + 1 + step + count + 1) % (count + 1)) - 1);
      }
      event.preventDefault();
    } else if (event.key === "Enter" && active >= 0) {
      choose(list.children[active]);
      event.preventDefault();
    } else if (event.key === "Escape" && count > 0) {
      activate(-1);
      close();
      event.preventDefault();
    }
  });
}

const box = document.getElementById("q");
if (box) combobox(box);
