// Every page of the service in its states, held against WCAG 2.2 AA (axe-core) light and dark, on a wide screen, at 200 % and on a
// phone; with one heading, a language and a title, a focus that is seen, and nothing asked of elsewhere. A page of the route table
// without a line here fails.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { accessible, addPerson, folder, inBrowser, openPage, pdf, picture, run, signIn } from "./service.mjs";

const password = "a lantern on the long bridge";
const edition = "/documents/kisoku/2025-04-01";
const q = encodeURIComponent("端末の持ち出し");

/// Pages by the pattern of their route: addresses to open, each a state of the page.
const pages = {
  "/": ["/", `/?q=${q}`, "/?q=" + encodeURIComponent("鯨 端末") + "&kind=law", `/?q=${q}&edition=past&fold=off`],
  "/documents": ["/documents", "/documents?kind=policy"],
  "/documents/{}/{}": [edition, `${edition}?at=99`],
  "/documents/{}/{}/changes": [`${edition}/changes`, `${edition}/changes?show=all`],
  "/documents/{}/{}/dangling": [`${edition}/dangling`],
  "/documents/{}/{}/beside": ["/documents/genpon/2025-05-01/beside"],
  "/documents/{}/{}/clauses/{}": [`${edition}/clauses/12?q=${q}`],
  "/news": ["/news", "/news?kind=law", "/news?new=on"],
  "/news/digest": ["/news/digest?from=2024-01-01&to=2026-12-31", "/news/digest?from=2001-01-01&to=2001-01-31"],
  "/terms": ["/terms", "/terms?q=" + encodeURIComponent("端末")],
  "/help": ["/help"],
  "/accessibility": ["/accessibility"],
  "/explain": ["/explain", `/explain?q=${q}&clause=kisoku/2025-04-01/12`],
  "/similar": ["/similar", "/similar?text=" + q],
  "/judgements": ["/judgements"],
  "/basket": ["/basket"],
  "/favourites": ["/favourites"],
  "/drafts": ["/drafts"],
  "/drafts/{}": ["/drafts/1", "/drafts/2"],
  "/ledgers": ["/ledgers"],
  "/ledgers/{}": ["/ledgers/sodan", "/ledgers/sodan?open=on&date=asked_on&from=2020-04-01", "/ledgers/keiyaku"],
  "/ledgers/{}/new": ["/ledgers/sodan/new", "/ledgers/tenken/new"],
  "/ledgers/{}/import": ["/ledgers/sodan/import"],
  "/records/{}": [],
  "/records/{}/edit": [],
  "/records/{}/history": [],
  "/records/{}/rows/{}": [],
  "/records/{}/rows/{}/answers": [],
  "/deadlines": ["/deadlines", "/deadlines?scope=all"],
  "/deadlines/digest": ["/deadlines/digest?scope=all"],
  "/events": ["/events", "/events?from=x"],
  "/sign-in": [],
  "/account": ["/account"],
  "/account/second-step": ["/account/second-step"],
  "/admin": ["/admin"],
  "/admin/people": ["/admin/people"],
  "/admin/people/{}": ["/admin/people/1"],
  "/admin/groups": ["/admin/groups"],
  "/admin/why": ["/admin/why", "/admin/why?person=hana&document=kisoku"],
  "/admin/settings": ["/admin/settings"],
  "/admin/settings/{}": ["/admin/settings/synonyms"],
  "/admin/backups": ["/admin/backups"],
  "/admin/health": ["/admin/health"],
};
/// Routes that answer GET and are no pages: JSON, files, ways to somewhere else.
const no_pages = ["/documents/{}", "/documents/{}/{}/original", "/drafts/{}/original", "/drafts/{}/pages/{}", "/static/{}", "/static/fonts/{}", "/static/pdfjs/{}", "/account/second-step/picture", "/events/export",
  "/feeds/news", "/feeds/searches/{}", "/feeds/deadlines", "/records/{}/files/{}", "/records/{}/letters/{}", "/ledgers/{}/export", "/search.xlsx", "/healthz", "/readyz", "/metrics"];

function every_page_is_here() {
  const source = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../web/app.cc"), "utf8");
  const routes = [...source.matchAll(/\{"GET", "([^"]+)"/g)].map((found) => found[1]).filter((route) => !route.startsWith("/api/"));
  assert.ok(routes.length > 30, "the route table is read");
  for (const route of routes) assert.ok(route in pages || no_pages.includes(route), `${route} needs a line in pages.mjs`);
}

async function prepare() {
  const articles = [...Array(20).keys()].map((i) => `第${i + 1}条　${i === 11 ? "端末の持ち出しは、課長の許可を受ける。" : "職員は、第25条の定めに従い、情報資産（市が扱う情報をいう。以下「情報資産」という。）を扱う。"}`);
  for (const [day, first] of [["2024-04-01", "第１章　総則"], ["2025-04-01", "第１章　通則"]]) {
    const file = join(folder, day + ".txt");
    writeFileSync(file, [first, ...articles, day].join("\n"));
    await run(["ingest", file, "--document", "kisoku", "--title", "星見市端末管理規則", "--kind", "policy", "--issuer", "星見市", "--audience", "public", "--effective", day]);
  }
  const original = join(folder, "genpon.pdf");
  writeFileSync(original, pdf([["1. Terminals of Hoshimi"]]));
  await run(["ingest", original, "--document", "genpon", "--title", "星見市の原本", "--kind", "notice", "--audience", "public", "--issued", "2025-05-01"]);
  const draft = join(folder, "shitagaki.txt");
  writeFileSync(draft, "第１条　目的\n第３条　飛んだ番号\n");
  await run(["drafts", "add", draft]);
  const broken = join(folder, "kowareta.docx");
  writeFileSync(broken, "PK\x03\x04 nothing");
  await run(["drafts", "add", broken]).catch(() => {});
  await prepare_records();
}

/// A record that cites, is late and was changed, and one with a table.
async function prepare_records() {
  const add = async (...words) => "/records/" + encodeURIComponent((await run(["records", "add", ...words])).split("　")[0]);
  const asked = await add("sodan", "asked_on=2026-04-03", "subject=端末の持ち出し", "unit=総務課", "asker=見本 太郎", "question=端末の持ち出しには、だれの許可が要るか。", "citations=kisoku/2025-04-01/12「端末の持ち出しは、課長の許可を受ける。」");
  await run(["records", "change", decodeURIComponent(asked.split("/")[2]), "question=端末の持ち出しには、課長の許可が要るか。"]);
  const checked = await add("tenken", "target=全職員", "planned_on=2026-04-03");
  pages["/records/{}"].push(asked, checked);
  pages["/records/{}/edit"].push(asked + "/edit", checked + "/edit");
  pages["/records/{}/history"].push(asked + "/history", asked + "/history?from=1&to=2");
  const survey = await add("anketo", "name=研修のアンケート", "type=研修");
  pages["/records/{}/rows/{}/answers"].push(survey + "/rows/results/answers");
  pages["/records/{}/rows/{}"].push(checked + "/rows/items", checked + "/rows/items?edit=new");
}

/// Goes through a page by Tab: what has the focus is seen to have it.
async function focus_is_seen(page, name) {
  for (let i = 0; i < 12; ++i) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return "";
      const style = getComputedStyle(at);
      return style.outlineStyle !== "none" || style.boxShadow !== "none" ? "" : at.outerHTML.slice(0, 200);
    });
    assert.equal(seen, "", `${name}: the focus is not seen`);
  }
}

async function look(page, address, target, wanted = 200) {
  const asked = [];
  const note = (request) => !request.url().startsWith(address) && !/^(data|blob):/.test(request.url()) && asked.push(request.url());
  page.on("request", note);
  const answer = await page.goto(address + target.slice(1));
  assert.equal(answer.status(), wanted, target);
  if (target.endsWith("/beside")) await page.waitForSelector("[data-open]");
  const shape = await page.evaluate(() => ({ headings: document.querySelectorAll("h1").length, language: document.documentElement.lang, title: document.title, main: document.querySelectorAll("main").length }));
  assert.equal(shape.headings, 1, `${target}: headings of the first rank`);
  assert.equal(shape.language, "ja", target);
  assert.match(shape.title, /.+｜しるべ$/, target);
  assert.equal(shape.main, 1, target);
  await accessible(page, target);
  await focus_is_seen(page, target);
  await picture(page, target.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "first");
  page.off("request", note);
  assert.deepEqual(asked, [], `${target} asks of elsewhere`);
}

every_page_is_here();
await inBrowser(prepare, async (browser, address) => {
  const page = await openPage(browser);
  await page.goto(address + "sign-in");
  await accessible(page, "sign-in");
  await addPerson(page, address, "hana", "administrator", password);
  for (const targets of Object.values(pages)) {
    for (const target of targets) await look(page, address, target, target === "/events?from=x" ? 400 : 200);
  }
  // What is kept, and what is refused.
  await page.goto(`${address}?q=${q}`);
  await page.fill("#search-name", "持ち出し");
  await page.click("button:text('保存')");
  await page.waitForURL("**/favourites");
  await page.goto(address + edition.slice(1));
  await page.click("button:text('お気に入りに加える')");
  await look(page, address, "/favourites");
  await page.goto(address + edition.slice(1) + "/clauses/12");
  await page.click("summary:text('やさしい解説を書く')");
  await page.fill("#note-text", "持ち出す前に、課長に言ってください。");
  await page.click("button:text('残す')");
  await page.waitForSelector(".plain-note");
  await look(page, address, edition + "/clauses/12");
  await look(page, address, "/nothing", 404);
  const other = await openPage(browser);
  await signIn(other, address, "hana", "wrong wrong wrong");
  await other.waitForSelector("[role=alert], .note");
  await accessible(other, "a wrong password");
  assert.deepEqual(page.complaints, []);
  console.log(`${Object.values(pages).flat().length + 5} pages and states are accessible, light and dark, at three widths`);
});
