// The desk in a real browser: a PDF is dropped, two clauses are mended, it is published, found and cited; and the same
// without script.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addPerson, folder, inBrowser, openPage, pdf, picture, run, signIn } from "./service.mjs";

const password = "a bridge over the quiet river";

const notice = pdf([
  ["1. Return of laptops", "Laptops are returned on the next working day.", "2. Record", "The return is recorded in the register of the section."],
  ["4. Loss", "A lost laptop is reported at once.", "5. Keys", "Keys are kept by the head of the section."],
]);

async function withScript(browser, address) {
  const page = await openPage(browser);
  await addPerson(page, address, "tanto", "officer", password);
  await page.goto(address + "drafts");
  await picture(page, "drafts-empty");

  // Two files are dropped at once, one of them broken.
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [name, bytes] of files) transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, [["laptops.pdf", notice.toString("base64")], ["broken.pdf", Buffer.from("%PDF-1.7 nothing").toString("base64")]]);
  await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
  await page.waitForURL((url) => url.pathname === "/drafts" && !url.hash);
  await page.waitForSelector(".draft-ready");
  await page.waitForSelector(".draft-failed");
  await picture(page, "drafts");

  await page.click("a:text('確かめる')");
  await page.waitForSelector(".desk .clause");
  // The page of the original stands beside, drawn.
  await page.waitForFunction(() => document.querySelector(".desk .source img").naturalWidth > 500);
  assert.equal(await page.locator(".doubt").count(), 1);
  await picture(page, "draft");
  // First mend: a clause begins where the pages meet.
  const before = await page.locator(".clause").count();
  const clause = (position) => page.locator(".clause").nth(position);
  await clause(1).locator("summary").click();
  await clause(1).locator("select[name=on_page]").selectOption("2");
  await clause(1).locator("button:text('そこから分ける')").click();
  await page.waitForFunction((count) => document.querySelectorAll(".clause").length === count + 1, before);
  assert.match(await clause(2).textContent(), /4\.[^]*Loss/);
  // Second mend: its number, and that of the next.
  for (const [position, label] of [[2, "3."], [3, "4."]]) {
    await clause(position).locator("summary").click();
    await clause(position).locator("input[aria-label='番号']").fill(label);
    await clause(position).locator("button:text('番号を直す')").click();
    await page.waitForFunction(([at, words]) => document.querySelectorAll(".clause .title")[at]?.textContent.startsWith(words), [position, label]);
  }
  assert.equal(await page.locator(".doubt").count(), 0);
  // What was one mend too many is taken back.
  await clause(3).locator("summary").click();
  await clause(3).locator("button:text('前とつなぐ')").click();
  await page.waitForFunction((count) => document.querySelectorAll(".clause").length === count, before);
  await page.locator(".corrections summary").click();
  await page.locator("button:text('最後の直しを取り消す')").click();
  await page.waitForFunction((count) => document.querySelectorAll(".clause").length === count + 1, before);

  await page.fill("#f-title", "端末の返却について");
  await page.fill("#f-slug", "henkyaku");
  await page.fill("#f-issued", "令和8年4月1日");
  await page.selectOption("#f-kind", "notice");
  await page.selectOption("#f-audience", "public");
  await page.click("button:text('書誌を保存')");
  await page.waitForFunction(() => document.querySelector("h1").textContent === "端末の返却について");
  await page.click("button:text('公開する')");
  await page.waitForURL("**/documents/henkyaku/2026-04-01");
  await picture(page, "published");

  // Found and cited at its page, as soon as the index has it.
  let found = false;
  for (let tries = 0; tries < 100 && !found; ++tries) {
    await page.goto(address + "?q=" + encodeURIComponent("lost laptop"));
    found = (await page.locator(".hit").count()) > 0;
    if (!found) await page.waitForTimeout(100);
  }
  assert.ok(found, "the published clause is found");
  assert.match(await page.locator(".hit .words").first().textContent(), /端末の返却について（令和8年4月1日版）.*3.*、2頁/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

async function withoutScript(browser, address) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, address, "tanto", password);
  await page.goto(address + "drafts");
  const file = join(folder, "手順.txt");
  writeFileSync(file, "第１条　鍵を返す。\n第２条　札を返す。\n");
  await page.setInputFiles("#files", file);
  await page.click("button:text('取り込む')");
  for (let tries = 0; tries < 100 && (await page.locator("a:text('確かめる')").count()) === 0; ++tries) await page.goto(address + "drafts");
  await page.click("a:text('確かめる')");
  await page.click("button:text('公開する')");
  await page.waitForURL("**/documents/**");
  await context.close();
}

await inBrowser(
  async () => {
    const first = join(folder, "first.txt");
    writeFileSync(first, "第１条　この規程は、端末の扱いを定める。\n");
    await run(["ingest", first, "--audience", "public"]);
  },
  async (browser, address) => {
    await withScript(browser, address);
    await withoutScript(browser, address);
    console.log("the desk works in the browser, with script and without");
  },
);
