// Reading: where one stands is marked in the contents, which can be searched; an edition is changed without losing the place; keys
// step from one clause or hit to the next. Without this script all of it is links.
const steps = [...document.querySelectorAll("[data-step]")];
const contents = document.querySelector(".contents nav");

/// The contents' link to where one stands: the last that leads to this clause or one before it.
function mark(path) {
  const at = steps.findIndex((step) => step.dataset.path === path);
  let current;
  for (const link of contents?.querySelectorAll("a") ?? []) {
    link.removeAttribute("aria-current");
    const target = new URL(link.href).hash.slice(1);
    const place = steps.findIndex((step) => step.id === decodeURIComponent(target));
    if (place >= 0 && place <= at && new URL(link.href).search === location.search.replace(/[?&]at=[^&]*/, "")) current = link;
  }
  current?.setAttribute("aria-current", "location");
  const side = contents?.closest(".side");
  if (current && side && side.scrollHeight > side.clientHeight) side.scrollTop = current.offsetTop - side.clientHeight / 3;
  for (const link of document.querySelectorAll("a.other-edition")) {
    link.href = `${new URL(link.href).pathname}?at=${encodeURIComponent(path)}#c-${encodeURIComponent(path)}`;
  }
}

if (contents && steps.length > 0) {
  let asked = false;
  const look = () => {
    asked = false;
    const above = steps.filter((step) => step.getBoundingClientRect().top <= 80);
    mark((above.at(-1) ?? steps[0]).dataset.path);
  };
  addEventListener("scroll", () => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  }, { passive: true });
  look();
}

const find = document.getElementById("find");
if (find) {
  find.parentElement.hidden = false;
  find.addEventListener("input", () => {
    const words = find.value.trim().normalize("NFKC").toLowerCase();
    for (const item of contents.querySelectorAll("li")) item.hidden = !item.textContent.normalize("NFKC").toLowerCase().includes(words);
  });
}

const keys = document.querySelector("details.keys");
const used = keys?.querySelector("input");
const remembered = "shirube-keys";
if (keys) {
  keys.hidden = false;
  used.checked = localStorage.getItem(remembered) !== "off";
  used.addEventListener("change", () => localStorage.setItem(remembered, used.checked ? "on" : "off"));
}

/// The step one stands on, or the first that is in view.
function standing() {
  const focused = steps.findIndex((step) => step.contains(document.activeElement));
  return focused >= 0 ? focused : steps.findIndex((step) => step.getBoundingClientRect().top >= 0) - 1;
}

function go(index) {
  const step = steps[Math.min(Math.max(index, 0), steps.length - 1)];
  step.tabIndex = -1;
  step.focus({ preventScroll: true });
  step.scrollIntoView({ block: "start" });
}

const actions = {
  j: () => go(standing() + 1),
  k: () => go(standing() - 1),
  o: () => steps[standing()]?.querySelector("a")?.click(),
  "/": () => document.querySelector("#q, #within")?.focus(),
};
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (!used?.checked || typing || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || steps.length === 0) return;
  if (!Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  actions[event.key]();
});

// What a term means is put away by Escape, until another is pointed at (WCAG 1.4.13).
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector("[data-note]:is(:hover, :focus)")) document.documentElement.dataset.quiet = "";
});
for (const arrival of ["pointerover", "focusin"]) {
  addEventListener(arrival, (event) => { if (event.target.closest?.("[data-note]")) delete document.documentElement.dataset.quiet; });
}
