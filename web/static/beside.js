// The original beside the text. PDF.js (in a folder of its own, brought when the page stands) draws the pages that are looked at; the
// words that were searched for are marked in its text, and each side follows the other to the same page.
const view = document.querySelector("[data-file]");
const pages = view.querySelector(".pdf-pages");
const said = view.querySelector("[role=status]");
const text = document.querySelector(".two-sides .reading");
const follow = document.getElementById("follow");
const words = JSON.parse(view.dataset.words).map(folded).filter((word) => word.length > 0);
const most_alive = 8; // drawn pages, the farthest is given up first

/// As the service compares: without white space, width and case.
function folded(word) {
  return word.normalize("NFKC").toLowerCase().replace(/\s+/gu, "");
}

/// Marks what of a page's pieces of text is a word that was searched for; a word may go on in the next piece.
function mark(divs) {
  let all = "";
  const places = []; // for each character of `all`: piece, and place in its text
  divs.forEach((div, piece) => {
    [...div.textContent].forEach((character, at) => {
      for (const one of folded(character)) {
        all += one;
        places.push([piece, at]);
      }
    });
  });
  const found = divs.map(() => new Set());
  for (const word of words) {
    for (let at = all.indexOf(word); at >= 0; at = all.indexOf(word, at + word.length)) {
      for (let i = at; i < at + word.length; ++i) found[places[i][0]].add(places[i][1]);
    }
  }
  divs.forEach((div, piece) => {
    if (found[piece].size === 0) return;
    const characters = [...div.textContent];
    div.textContent = "";
    for (let at = 0; at < characters.length; ) {
      const marked = found[piece].has(at);
      let end = at;
      while (end < characters.length && found[piece].has(end) === marked) ++end;
      const part = characters.slice(at, end).join("");
      if (marked) div.append(Object.assign(document.createElement("mark"), { textContent: part }));
      else div.append(part);
      at = end;
    }
  });
}

function say(words) {
  said.textContent = words;
}

async function open() {
  const pdfjs = await import("/static/pdfjs/pdf.min.mjs");
  pdfjs.GlobalWorkerOptions.workerSrc = "/static/pdfjs/pdf.worker.min.mjs";
  // In one piece: each request for an original is told among the events. No scripts, no forms, nothing compiled.
  const pdf = await pdfjs.getDocument({
    url: view.dataset.file, cMapUrl: "/static/pdfjs/", cMapPacked: true, standardFontDataUrl: "/static/pdfjs/",
    isEvalSupported: false, enableXfa: false, disableRange: true, useSystemFonts: true,
  }).promise;
  const first = (await pdf.getPage(1)).getViewport({ scale: 1 });
  const places = [];
  for (let number = 1; number <= pdf.numPages; ++number) {
    const place = document.createElement("section");
    place.className = "pdf-page";
    place.dataset.page = number;
    place.setAttribute("aria-label", `原本の${number}ページ`);
    place.style.aspectRatio = `${first.width} / ${first.height}`;
    pages.append(place);
    places.push(place);
  }
  const alive = new Map(); // page -> what draws it

  function give_up(number) {
    alive.get(number)?.cancel?.();
    alive.delete(number);
    places[number - 1].replaceChildren();
  }

  async function draw(number) {
    if (alive.has(number)) return;
    alive.set(number, {});
    const far = [...alive.keys()].sort((a, b) => Math.abs(b - number) - Math.abs(a - number));
    while (alive.size > most_alive) give_up(far.shift());
    const page = await pdf.getPage(number);
    if (!alive.has(number)) return;
    const place = places[number - 1];
    const plain = page.getViewport({ scale: 1 });
    place.style.aspectRatio = `${plain.width} / ${plain.height}`;
    const scale = place.clientWidth / plain.width;
    const viewport = page.getViewport({ scale });
    const canvas = document.createElement("canvas");
    const density = Math.min(devicePixelRatio || 1, 2);
    canvas.width = Math.floor(viewport.width * density);
    canvas.height = Math.floor(viewport.height * density);
    canvas.setAttribute("aria-hidden", "true");
    const layer = document.createElement("div");
    layer.className = "textLayer";
    layer.style.setProperty("--scale-factor", scale);
    place.replaceChildren(canvas, layer);
    const drawing = page.render({ canvasContext: canvas.getContext("2d"), viewport, transform: [density, 0, 0, density, 0, 0] });
    alive.set(number, drawing);
    const written = new pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
    await Promise.all([drawing.promise, written.render()]);
    mark(written.textDivs);
    place.dataset.drawn = "";
  }

  const watching = new IntersectionObserver((seen) => {
    for (const one of seen) {
      if (one.isIntersecting) draw(Number(one.target.dataset.page)).catch((error) => error.name === "RenderingCancelledException" || say("原本のこのページを表示できません。"));
    }
  }, { root: pages, rootMargin: "50%" });
  for (const place of places) watching.observe(place);

  // The side that was touched last leads.
  let leads = null;
  for (const side of [pages, text]) {
    for (const sign of ["wheel", "touchstart", "pointerdown", "keydown", "focusin"]) side.addEventListener(sign, () => (leads = side), { passive: true });
  }
  let clauses = [...text.querySelectorAll("[data-pdf-page]")];
  // A long text comes in parts: the part with a page is brought when the original reaches it.
  const links = { previous: document.querySelector("a.part-before"), next: document.querySelector("a.part-behind") };
  let bringing = false;
  async function bring(side) {
    const link = links[side];
    bringing = true;
    try {
      const answer = await fetch(link.href);
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !part.querySelector(".two-sides .reading")) throw new Error("the part did not come");
      const more = [...part.querySelectorAll(".two-sides .reading > .clause")];
      if (side === "next") text.append(...more);
      else text.prepend(...more);
      const further = part.querySelector(side === "next" ? "a.part-behind" : "a.part-before");
      if (further) link.href = further.href;
      else {
        link.remove();
        links[side] = null;
      }
      clauses = [...text.querySelectorAll("[data-pdf-page]")];
    } finally {
      bringing = false;
    }
  }
  let wanted_page = 0;
  async function follow_to(page) {
    wanted_page = page;
    if (bringing) return; // whoever brings goes on to what is wanted then
    const first = () => Number(clauses[0]?.dataset.pdfPage), last = () => Number(clauses.at(-1)?.dataset.pdfPage);
    while (links.next && wanted_page > last()) await bring("next");
    while (links.previous && wanted_page < first()) await bring("previous");
    go(text, clauses.find((clause) => Number(clause.dataset.pdfPage) >= wanted_page) ?? clauses.at(-1));
  }
  const top_of = (side, list) => list.findLast((one) => one.offsetTop - side.offsetTop <= side.scrollTop + 40) ?? list[0];
  const go = (side, to) => to && side.scrollTo({ top: to.offsetTop - side.offsetTop });
  const now = () => Number(top_of(pages, places).dataset.page);
  let at = Math.min(Math.max(Number(view.dataset.page) || 1, 1), pdf.numPages);
  pages.addEventListener("scroll", () => {
    at = now();
    say(`原本 ${now()} / ${pdf.numPages} ページ`);
    if (leads !== pages || !follow.checked) return;
    follow_to(now()).catch(() => {});
  }, { passive: true });
  text.addEventListener("scroll", () => {
    if (leads !== text || !follow.checked || clauses.length === 0) return;
    const page = Number(top_of(text, clauses).dataset.pdfPage);
    if (page !== now()) go(pages, places[page - 1]);
  }, { passive: true });
  const wanted = at;
  go(pages, places[wanted - 1]);
  go(text, document.getElementById(decodeURIComponent(location.hash.slice(1))) ?? clauses.find((clause) => Number(clause.dataset.pdfPage) >= wanted));
  say(`原本 ${wanted} / ${pdf.numPages} ページ`);
  // In another width all is drawn anew, and the page that was read stays.
  let width = pages.clientWidth;
  new ResizeObserver(() => {
    if (pages.clientWidth === width) return;
    width = pages.clientWidth;
    const stays = at;
    [...alive.keys()].forEach(give_up);
    for (const place of places) {
      watching.unobserve(place);
      watching.observe(place);
    }
    go(pages, places[stays - 1]);
  }).observe(pages);
  view.dataset.open = "";
}

follow.parentElement.hidden = false;
say("原本を読み込んでいます。");
open().catch(() => say("原本をここに表示できません。「原本のファイル」から開いてください。"));
