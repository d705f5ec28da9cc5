// Find, read, cite, open the original at the page with the words marked, and come back.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addPerson, folder, inBrowser, openPage, picture, run } from "./service.mjs";

const password = "a lighthouse above the reef";

/// A PDF with a rule of some chapters, one a page, in letters that need no typeface of their own.
function pdf(pages) {
  const objects = ["<< /Type /Catalog /Pages 2 0 R >>", `<< /Type /Pages /Kids [${pages.map((_, i) => `${4 + 2 * i} 0 R`).join(" ")}] /Count ${pages.length} >>`, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"];
  for (const lines of pages) {
    const content = "BT /F1 16 Tf 72 760 Td 24 TL " + lines.map((line) => `(${line}) Tj T*`).join(" ") + " ET";
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${objects.length + 2} 0 R >>`, `<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  let out = "%PDF-1.4\n";
  const places = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n` + places.map((at) => String(at).padStart(10, "0") + " 00000 n \n").join("");
  return out + `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
}

async function prepare() {
  const pages = [...Array(12).keys()].map((i) => [`${i + 1}. Chapter of Hoshimi number ${i + 1}`, i === 6 ? "Portable terminals leave the office by permission." : "The staff keep what they are given in good order.", ...Array(20).fill("They report what is lost at once, and look for it themselves.")]);
  const file = join(folder, "kitei.pdf");
  writeFileSync(file, pdf(pages));
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
