// Find, read, cite, open the original at the page with the words marked, and come back.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addPerson, folder, inBrowser, openPage, pdf, picture, run } from "./service.mjs";

const password = "a lighthouse above the reef";

async function prepare() {
  const pages = [...Array(12).keys()].map((i) => [`${i + 1}. Chapter of Hoshimi number ${i + 1}`, i === 6 ? "Portable terminals leave the office by permission." : "The staff keep what they are given in good order.", ...Array(20).fill("They report what is lost at once, and look for it themselves.")]);
  const file = join(folder, "kitei.pdf");
  writeFileSync(file, pdf(pages));
  const long = join(folder, "nagai.pdf");
  writeFileSync(long, pdf([...Array(16).keys()].map((page) => [...Array(28).keys()].map((i) => `${28 * page + i + 1}. Rule number ${28 * page + i + 1} of the house.`))));
  await run(["ingest", long, "--document", "nagai", "--title", "星見市の長い規程", "--kind", "policy", "--audience", "public", "--issued", "2025-05-01"]);
  await run(["ingest", file, "--document", "kitei", "--title", "星見市の英文規程", "--kind", "policy", "--audience", "public", "--issued", "2025-05-01"]);
}

const current = (page) => page.textContent(".pdf [role=status]");

await inBrowser(prepare, async (browser, address) => {
  const page = await openPage(browser);
  await addPerson(page, address, "hana", "staff", password);
  await page.goto(address + "?q=" + encodeURIComponent("portable terminals"));
  await page.locator(".hit a:text-matches('原本を開く')").first().click();
  await page.waitForURL("**/beside?page=7&q=*");
  await page.waitForSelector(".pdf[data-open]");
  await page.waitForSelector(".pdf-page[data-page='7'][data-drawn] mark");
  assert.match(await current(page), /原本 7 \/ 12 ページ/);
  assert.match((await page.locator(".pdf-page[data-page='7'] mark").allTextContents()).join(""), /Portable/);
  assert.match((await page.locator(".two-sides .reading mark").allTextContents()).join(""), /Portable/);
  const drawn = await page.evaluate(() => { const canvas = document.querySelector(".pdf-page[data-page='7'] canvas"); return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].some((value) => value < 128); });
  assert.ok(drawn, "the page is drawn");
  assert.ok((await page.locator(".pdf-page canvas").count()) <= 8, "only pages that are near are drawn");
  await picture(page, "beside");
  // Each side leads the other.
  await page.locator(".pdf-pages").hover();
  await page.mouse.wheel(0, -100_000);
  await page.waitForFunction(() => document.querySelector(".two-sides .reading").scrollTop < 50);
  await page.locator(".two-sides .reading").hover();
  await page.mouse.wheel(0, 100_000);
  await page.waitForFunction(() => /原本 (1[0-2]|9) \//.test(document.querySelector(".pdf [role=status]").textContent));
  await page.uncheck("#follow");
  const stays = await current(page);
  await page.locator(".two-sides .reading").hover();
  await page.mouse.wheel(0, -100_000);
  await page.waitForFunction(() => document.querySelector(".two-sides .reading").scrollTop < 50);
  assert.equal(await current(page), stays, "who turned following off is not moved");
  // By keys: the pages are a region that scrolls.
  await page.focus(".pdf-pages");
  await page.keyboard.press("Home");
  await page.waitForFunction(() => /原本 1 \//.test(document.querySelector(".pdf [role=status]").textContent));
  await page.goBack();
  await page.waitForSelector(".hit");
  // A text that comes in parts goes on where the original goes.
  await page.goto(address + "documents/nagai/2025-05-01/beside?page=1");
  await page.waitForSelector(".pdf[data-open]");
  assert.doesNotMatch(await page.textContent(".two-sides .reading"), /Rule number 440 /);
  await page.locator(".pdf-pages").hover();
  await page.mouse.wheel(0, 100_000);
  await page.waitForFunction(() => [...document.querySelectorAll(".two-sides .reading .clause")].some((clause) => /Rule number 440 /.test(clause.textContent)));
  await page.waitForFunction(() => document.querySelector(".two-sides .reading").scrollTop > 5000);
  // On a phone one stands under the other.
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(address + "documents/kitei/2025-05-01/beside?page=3");
  await page.waitForSelector(".pdf-page[data-page='3'][data-drawn]");
  const places = await page.evaluate(() => [document.querySelector(".two-sides .reading"), document.querySelector(".pdf-pages")].map((side) => side.getBoundingClientRect().top));
  assert.ok(places[0] < places[1]);
  const plain = await (await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() })).newPage();
  await plain.goto(address + "documents/kitei/2025-05-01/beside?page=3");
  assert.match(await plain.getAttribute("a:text('原本のファイルを開く')", "href"), /\/original#page=3$/);
  assert.match(await plain.textContent(".two-sides .reading"), /Chapter of Hoshimi number 3/);
  assert.deepEqual(page.complaints, []);
  console.log("the original stands beside the text, at the page, with the words marked");
});
