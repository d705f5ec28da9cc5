// Citations are copied, kept, and read with what stands around them, without leaving the page. Without this script a citation is
// text to select, keeping is a form, and reading around is a link.
const area = document.createElement("div");
area.className = "announcement";
area.setAttribute("role", "status");
document.body.append(area);
let silence;

function announce(words) {
  clearTimeout(silence);
  area.textContent = words;
  silence = setTimeout(() => { area.textContent = ""; }, 4000);
}

/// What a citation stands in: a hit, a clause, a kept citation.
const cited = (node) => node.closest(".hit, [data-cited]") ?? document.body;

/// What is selected in it, as far as it is words of the clause.
function chosen(root) {
  const selection = window.getSelection();
  const node = selection.rangeCount > 0 && !selection.isCollapsed && selection.getRangeAt(0).commonAncestorContainer;
  const element = node && (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
  return element && root.contains(element) && element.closest(".passage, .text, .quote") ? selection.toString().trim() : "";
}

function quote(root) {
  const words = root.querySelector(".passage, .text.own, .quote, .text")?.textContent.trim() ?? "";
  return chosen(root) || words;
}

function address(root) {
  const link = new URL(root.querySelector("h2 a, h3 a")?.href ?? location.href);
  return link.origin + link.pathname;
}

const forms = {
  text: (root) => ({ plain: root.querySelector(".words").textContent }),
  link: (root) => {
    const words = root.querySelector(".words").textContent;
    const anchor = document.createElement("a");
    anchor.href = address(root);
    anchor.textContent = words;
    return { plain: `${words}\n${anchor.href}`, html: anchor.outerHTML };
  },
  // The words of an article that has further paragraphs are those of its first; quotes within quotes are double.
  quote: (root) => {
    const selected = chosen(root), own = root.querySelector(".citation[data-quote]");
    const from = !selected && own ? own.dataset.quote : root.querySelector(".words").textContent;
    return { plain: `「${quote(root).replaceAll("「", "『").replaceAll("」", "』")}」（${from}）` };
  },
  all: () => ({ plain: document.getElementById("plain").value }),
};

async function copy({ plain, html }) {
  // The clipboard interface exists only over HTTPS; a closed network may well be without.
  if (navigator.clipboard && html && window.ClipboardItem) {
    const blob = (text, type) => new Blob([text], { type });
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob(plain, "text/plain"), "text/html": blob(html, "text/html") })]);
  } else if (navigator.clipboard) {
    await navigator.clipboard.writeText(plain);
  } else {
    const put = (event) => {
      event.clipboardData.setData("text/plain", plain);
      if (html) event.clipboardData.setData("text/html", html);
      event.preventDefault();
    };
    document.addEventListener("copy", put, { once: true });
    if (!document.execCommand("copy")) throw new Error("refused");
  }
}

// On paper a citation has the whole of its address.
for (const place of document.querySelectorAll(".address")) {
  const { origin, pathname } = new URL(place.textContent, location.href);
  place.textContent = origin + pathname;
}

for (const group of document.querySelectorAll(".copies")) group.hidden = false;

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await copy(forms[button.dataset.copy](cited(button)));
    announce("コピーしました。");
  } catch {
    announce("コピーできませんでした。引用を選択して、手で写してください。");
  }
});

/// Tells the head of the page how many there are.
function count(number) {
  const link = document.querySelector("header.site a[href='/basket']");
  const badge = link?.querySelector(".count") ?? link?.appendChild(Object.assign(document.createElement("span"), { className: "count" }));
  if (badge) badge.textContent = number;
}

async function keep(form) {
  const send = (words) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set("back", "/api/v1/basket");
    if (words) fields.set("quote", words);
    return fetch(form.getAttribute("action"), { method: "POST", body: fields });
  };
  const words = chosen(cited(form));
  let answer = await send(words);
  // Words over several paragraphs stand in no one text: then the clause's own are kept.
  if (words && answer.status === 400) answer = await send("");
  if (!answer.ok || !answer.headers.get("Content-Type").startsWith("application/json")) throw new Error(answer.status === 409 ? "full" : "refused");
  count((await answer.json()).count);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form.keep");
  if (!form) return;
  event.preventDefault();
  try {
    await keep(form);
    const button = form.querySelector("button");
    button.textContent = "付箋を付けました";
    button.setAttribute("aria-pressed", "true");
    announce("付箋を付けました。");
  } catch (fault) {
    announce(fault.message === "full" ? "付箋は200枚までです。付箋の画面で、要らないものを外してください。" : "付箋を付けられませんでした。画面を開き直してください。");
  }
});

/// The clause with those before and after it, of the page of its edition.
async function around(link) {
  const wanted = new URL(link.href);
  const answer = await fetch(wanted.pathname + wanted.search);
  if (!answer.ok) throw new Error("refused");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const own = page.getElementById(decodeURIComponent(wanted.hash.slice(1)));
  const all = [...page.querySelectorAll(".clause")];
  const at = all.indexOf(own);
  if (at < 0) throw new Error("moved");
  const region = document.createElement("section");
  region.className = "around";
  region.tabIndex = -1;
  region.setAttribute("aria-label", "前後の条項");
  for (const clause of all.slice(Math.max(0, at - 3), at + 5)) {
    const copied = document.importNode(clause, true);
    copied.removeAttribute("id");
    copied.removeAttribute("data-step");
    copied.classList.toggle("this", clause === own);
    region.append(copied);
  }
  return region;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.read-around");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const hit = cited(link);
  const open = hit.querySelector(".around");
  if (open) {
    open.remove();
    link.textContent = "前後を読む";
    link.setAttribute("aria-expanded", "false");
    return;
  }
  try {
    const region = await around(link);
    hit.querySelector(".passage").after(region);
    link.textContent = "前後を閉じる";
    link.setAttribute("aria-expanded", "true");
    region.focus();
  } catch {
    location.href = link.href;
  }
});
for (const link of document.querySelectorAll("a.read-around")) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}
