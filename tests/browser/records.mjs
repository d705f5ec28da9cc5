// The form of a record with its script: what fits is found while one types, buttons act in place, and what is not kept comes back.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addPerson, folder, inBrowser, openPage, run } from "./service.mjs";

const password = "a lantern on the long bridge";

async function prepare() {
  const file = join(folder, "kisoku.txt");
  writeFileSync(file, "第１条　職員は、情報資産を適切に扱う。\n第２条　端末を庁外へ持ち出すときは、課長の許可を受ける。\n第３条　記録媒体は、施錠して保管する。\n");
  await run(["ingest", file, "--document", "kisoku", "--title", "星見市端末管理規則", "--kind", "policy", "--issuer", "星見市", "--audience", "public", "--effective", "2025-04-01"]);
  await run(["records", "add", "sodan", "asked_on=2026-04-03", "question=端末を庁外へ持ち出すときの許可は、だれが出すのか。", "citations=kisoku/2025-04-01/2"]);
}

await inBrowser(prepare, async (browser, address) => {
  const page = await openPage(browser);
  await addPerson(page, address, "hana", "administrator", password);

  await page.goto(address + "ledgers/sodan/new");
  await page.evaluate(() => (window.same = true));
  await page.fill("#f-unit", "農林課");
  await page.locator("#f-question").pressSequentially("端末を庁外へ持ち出すときの許可が要るか。");
  await page.waitForSelector("#alike-list li button");
  await page.waitForSelector("#fitting-list li button");
  assert.match(await page.locator("output[for='f-question']").textContent(), /^20$/);
  await page.locator("#fitting-list li button").first().click();
  await page.waitForSelector("input[name='cite.citations']", { state: "attached" });
  await page.fill("input[name='quote.citations']", "課長の許可を受ける");
  // The same clause twice is one citation; one that is taken out is gone.
  await page.locator("#alike-list li button").first().click();
  await page.waitForTimeout(500);
  assert.equal(await page.locator("input[name='cite.citations']").count(), 1);
  assert.equal(await page.inputValue("input[name='quote.citations']"), "課長の許可を受ける");
  assert.ok(await page.evaluate(() => window.same), "the page is the same");
  assert.equal(await page.inputValue("#f-unit"), "農林課");

  // Put aside when one goes elsewhere, and fetched back.
  await page.fill("#f-answer", "要る。");
  await page.locator("h1").click();
  await page.waitForFunction(() => document.getElementById("saved").textContent.includes("書きかけを置きました"));
  await page.goto(address + "ledgers/sodan/new");
  await page.click("#unsaved a:text('戻す')");
  await page.waitForSelector("input[name='cite.citations']", { state: "attached" });
  assert.equal(await page.inputValue("#f-answer"), "要る。");
  await page.click("button:text('保存する')");
  await page.waitForURL("**/records/**done=added");
  assert.match(await page.textContent("main"), /課長の許可を受ける/);
  await page.goto(address + "ledgers/sodan/new");
  assert.equal(await page.locator("#unsaved").count(), 0);

  // A row more, in place, and what goes on is written there.
  await page.goto(address + "ledgers/tenken/new");
  await page.fill("#f-target", "全職員");
  await page.click("#field-items button:text('行を加える')");
  await page.waitForSelector("[name='f.items.question']");
  await page.keyboard.type("1");
  assert.equal(await page.inputValue("[name='f.items.order']"), "1");
  assert.equal(await page.inputValue("#f-target"), "全職員");
  await page.click("#field-items button:text('消す')");
  await page.waitForSelector("[name='f.items.question']", { state: "detached" });

  // All records of a list at once.
  await page.goto(address + "ledgers/sodan");
  await page.check("thead .tick input");
  assert.equal(await page.locator("tbody .tick input:checked").count(), 2);
  await page.selectOption("#bulk-field", "channel");
  await page.click("button:text('まとめて変える')");
  await page.selectOption("#f-channel", "電話");
  await page.click(".saving button:text('確かめる')");
  await page.click("button:text('2件を変える')");
  await page.waitForURL("**/ledgers/sodan?changed=2");

  // However much is due, its digest is one sheet.
  const many = join(folder, "sodan.jsonl");
  writeFileSync(many, Array.from({ length: 40 }, () => JSON.stringify({ ledger: "sodan", values: { asked_on: ["2026-04-03"], subject: ["出先機関の端末を庁外の会議へ持ち出すときの、許可の取り方と記録の残し方"], question: ["だれの許可が要るか。"] } })).join("\n") + "\n");
  await run(["records", "import", many]);
  await page.goto(address + "deadlines/digest?scope=all");
  assert.match(await page.textContent("main"), /ほか2\d件/);
  await page.pdf({ path: join(folder, "digest.pdf"), preferCSSPageSize: true });
  assert.equal(readFileSync(join(folder, "digest.pdf"), "latin1").match(/\/Type\s*\/Page\b/g).length, 1);
  assert.deepEqual(page.complaints, []);
  console.log("the form of a record works in place");
});
