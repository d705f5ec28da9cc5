// The way of a reader in a real browser: find, read around, cite, keep, compare editions, come back; by keyboard alone, without
// script, on paper; and each page held against WCAG 2.2 AA.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, addPerson, folder, inBrowser, openPage, picture, run, signIn } from "./service.mjs";

const password = "a bridge over the quiet river";
const words = encodeURIComponent("端末の持ち出し");

/// A rule with chapters, long enough to be scrolled.
function rule(sentence) {
  const chapters = [];
  for (let chapter = 1, article = 1; chapter <= 4; ++chapter) {
    chapters.push(`第${chapter}章　${["総則", "端末", "記録", "雑則"][chapter - 1]}`);
    for (let i = 0; i < 10; ++i, ++article) {
      chapters.push(`（第${article}の定め）`, `第${article}条　${article === 12 ? sentence : `星見市の職員は、第${article}の定めに従い、情報資産を扱う。`}`);
    }
  }
  return chapters.join("\n") + "\n";
}

async function prepare() {
  for (const [day, sentence] of [["2024-04-01", "端末の持ち出しは、課長の許可を受ける。"], ["2025-04-01", "端末の庁外への持ち出しは、課長の許可を受け、記録する。"]]) {
    const file = join(folder, day + ".txt");
    writeFileSync(file, rule(sentence));
    await run(["ingest", file, "--document", "kisoku", "--title", "星見市端末管理規則", "--kind", "policy", "--issuer", "星見市", "--audience", "public", "--effective", day]);
  }
}

const focused = (page, selector) => page.waitForFunction((wanted) => document.activeElement?.matches(wanted), selector);

/// Goes on by Tab until the focus stands there.
async function tabTo(page, selector) {
  for (let i = 0; i < 80; ++i) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

/// The box has the focus, and is empty before and after.
async function suggestions(page) {
  const method = await page.context().newCDPSession(page);
  await method.send("Input.imeSetComposition", { text: "たんまつ", selectionStart: 4, selectionEnd: 4 });
  await page.waitForSelector("[role=option]");  // while an input method converts
  await method.send("Input.imeSetComposition", { text: "", selectionStart: 0, selectionEnd: 0 });
  await page.fill("#q", "");
  await page.keyboard.type("tanma");
  await page.waitForSelector("[role=option]");
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getAttribute("#q", "aria-activedescendant"), "q-suggestions-0");
  assert.match(await page.inputValue("#q"), /端末/);
  await page.keyboard.press("Escape");
  assert.equal(await page.inputValue("#q"), "tanma");
  await page.fill("#q", "");
}

async function byKeyboard(page, address) {
  await page.goto(address);
  await page.keyboard.press("Tab");
  await focused(page, ".skip");
  await tabTo(page, "#q");
  await suggestions(page);
  await page.keyboard.type("端末の持ち出し");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".hit");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  await focused(page, ".hit:first-child");
  const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(ring, "solid", "the focus is seen");
  await tabTo(page, "a.read-around");
  await page.keyboard.press("Enter");
  await focused(page, ".around");
  assert.ok((await page.locator(".around .clause").count()) > 4);
  assert.match(await page.locator(".around .this").textContent(), /庁外への/);
  await picture(page, "search-around");
  await tabTo(page, "form.keep button");
  await page.keyboard.press("Enter");
  await page.waitForSelector("form.keep button[aria-pressed=true]");
  assert.equal(await page.textContent(".announcement"), "付箋を付けました。");
  assert.equal(await page.textContent("header .count"), "1");
  // Keys are none while one types, and can be turned off.
  await page.focus("#q");
  await page.keyboard.type("j");
  assert.match(await page.inputValue("#q"), /j/);
  await page.click(".keys summary");
  await page.uncheck(".keys input");
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.matches("[data-step]")), false);
  await page.check(".keys input");
}

async function copies(page, address) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(address + "?q=" + words + "&edition=current");
  const copied = async (form) => {
    await page.locator(`.hit [data-copy=${form}]`).first().click();
    await page.waitForFunction(() => document.querySelector(".announcement").textContent === "コピーしました。");
    await page.evaluate(() => { document.querySelector(".announcement").textContent = ""; });
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const citation = "星見市端末管理規則（令和7年4月1日版）第12条";
  assert.equal(await copied("text"), citation);
  assert.equal(await copied("link"), `${citation}\n${address}documents/kisoku/2025-04-01/clauses/12`);
  assert.equal(await copied("quote"), `「端末の庁外への持ち出しは、課長の許可を受け、記録する。」（${citation}）`);
}

async function editions(page, address) {
  await page.goto(address + "documents/kisoku/2025-04-01/clauses/12");
  assert.equal((await page.locator("ins").allTextContents()).join(""), "庁外への受け、記録する");
  await page.click("form.keep button");
  await page.waitForSelector("form.keep button[aria-pressed=true]");
  await page.goto(address + "documents/kisoku/2025-04-01");
  await page.fill("#find", "記録");
  assert.deepEqual(await page.locator(".contents nav > ul > li:visible > a").allTextContents(), ["第3章　記録"]);
  await page.fill("#find", "");
  await page.click(".contents a:text('第30の定め')");
  await page.waitForFunction(() => /第3[0-9]の定め|第29の定め/.test(document.querySelector(".contents [aria-current]")?.textContent));
  const place = await page.evaluate(() => document.querySelector("a.other-edition").href);
  assert.match(place, /2024-04-01\?at=(29|3\d)#c-(29|3\d)$/);
  await page.click("a.other-edition");
  await page.waitForURL("**/2024-04-01?at=*");
  assert.ok((await page.evaluate(() => window.scrollY)) > 500, "the place is kept");
}

async function basket(page, address) {
  await page.goto(address + "basket");
  assert.equal(await page.locator(".kept").count(), 1);
  assert.match(await page.inputValue("#plain"), /星見市端末管理規則（令和7年4月1日版）第12条\n「端末の庁外への/);
  await page.click(".kept button:text('外す')");
  await page.waitForSelector("text=付箋はまだありません");
}

async function withoutScript(browser, address) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, address, "hana", password);
  await page.goto(address);
  await page.fill("#q", "端末の持ち出し");
  await page.click("button:text('検索')");
  assert.equal(await page.locator(".copies:visible").count(), 0);
  const here = page.url();
  await page.locator("form.keep button").first().click();
  assert.equal(new URL(page.url()).searchParams.get("q"), new URL(here).searchParams.get("q"));
  assert.equal(await page.textContent("header .count"), "1");
  await page.locator(".facets a:text('現行の版だけ')").click();
  await page.waitForURL("**edition=current");
  await page.locator("a.read-around").first().click();
  assert.match(page.url(), /\/documents\/kisoku\/2025-04-01\?at=12#c-12$/);
  await page.goto(address + "basket");
  assert.equal(await page.locator(".kept").count(), 1);
  await context.close();
}

/// What comes out of the printer, read by the reader of PDFs that the service has.
async function onPaper(page, name, holds, lacks) {
  const file = join(folder, name + ".pdf");
  await page.pdf({ path: file, preferCSSPageSize: true });
  const said = await run(["outline", file]);
  for (const part of holds) assert.ok(said.replace(/\s|\\n/g, "").includes(part), `${name} on paper holds ${part}`);
  for (const part of lacks) assert.ok(!said.includes(part), `${name} on paper lacks ${part}`);
}

/// A month with more than a sheet holds, under long titles.
async function oneSheet(page, address) {
  const many = [...Array(32).keys()].map((i) => JSON.stringify({
    _id: `tsuchi-${i}`, title: `星見市の情報システムにおける外部サービスの利用と記録の保存についての取扱いに関する通知（その${i + 1}）`, text: "記録を残す。", kind: "notice", issuer: ["星見県", "星見市"][i % 2],
    number: `令和7年星情第${100 + i}号`, issued: `2025-06-${String(1 + (i % 28)).padStart(2, "0")}`, effective: `2025-07-${String(1 + (i % 28)).padStart(2, "0")}`, audience: "public",
  }));
  await run(["ingest", "-"], many.join("\n"));
  await page.goto(address + "news/digest?from=2025-06");
  assert.match(await page.textContent("#came"), /32件/);
  assert.equal(await page.locator(".digest tbody tr").count(), 16);
  await onPaper(page, "digest", ["この期間の資料", "星見県16件", "この期間と、その後60日までに施行されるもの", "しるべ"], ["サインアウト"]);
  const pages = readFileSync(join(folder, "digest.pdf"), "latin1").match(/\/Type\s*\/Page\b/g).length;
  assert.equal(pages, 1, "the digest is one sheet");
}

await inBrowser(prepare, async (browser, address) => {
  const page = await openPage(browser);
  await addPerson(page, address, "hana", "staff", password);
  await byKeyboard(page, address);
  await copies(page, address);
  await editions(page, address);
  const pages = {
    start: "", search: "?q=" + words, none: "?q=" + encodeURIComponent("鯨 端末") + "&kind=law&from=2020", documents: "documents", edition: "documents/kisoku/2025-04-01",
    clause: "documents/kisoku/2025-04-01/clauses/12?q=" + words, chapter: "documents/kisoku/2025-04-01/clauses/c2", basket: "basket", similar: "similar", nothing: "nothing",
  };
  for (const [name, target] of Object.entries(pages)) {
    await page.goto(address + target);
    await picture(page, name);
    await accessible(page, name);
  }
  await page.goto(address + pages.search);
  await page.locator("a.read-around").first().click();
  await page.waitForSelector(".around");
  await accessible(page, "search, read around");
  await page.goto(address + pages.search);
  await onPaper(page, "search", ["星見市端末管理規則（令和7年4月1日版）第12条"], ["サインアウト", "引用をコピー", "絞り込み"]);
  await page.goto(address + pages.clause);
  await onPaper(page, "clause", ["端末の庁外への持ち出しは", "星見市端末管理規則（令和7年4月1日版）第12条", "/documents/kisoku/2025-04-01/clauses/12"], ["サインアウト", "付箋を付ける", "目次から探す"]);
  await page.goto(address + pages.basket);
  await onPaper(page, "basket", ["星見市端末管理規則（令和7年4月1日版）第12条"], ["外す", "サインアウト"]);
  await oneSheet(page, address);
  await basket(page, address);
  await accessible(page, "an empty basket");
  await withoutScript(browser, address);
  assert.deepEqual(page.complaints, []);
  console.log("a reader finds, reads, cites, keeps and comes back, by keyboard, without script and on paper");
});
