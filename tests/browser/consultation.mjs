// From a question to an answer that everybody finds, and on to the day on which the rule that it rests on is another.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { accessible, addPerson, folder, inBrowser, openPage, picture, run } from "./service.mjs";

const password = "a lantern on the long bridge";

async function ingest(day, rule) {
  const file = join(folder, `kisoku-${day}.txt`);
  writeFileSync(file, `第１条　職員は、情報資産を適切に扱う。\n第２条　${rule}\n第３条　持ち出した端末は、施錠できる所に置く。\n`);
  await run(["ingest", file, "--document", "kisoku", "--title", "星見市端末管理規則", "--kind", "policy", "--issuer", "星見市", "--audience", "staff", "--effective", day]);
}

async function prepare() {
  await ingest("2025-04-01", "端末を庁外へ持ち出すときは、課長の許可を受ける。");
  await run(["records", "add", "sodan", "asked_on=2026-04-03", "question=端末を庁外へ持ち出して、家に一晩置いてよいか。", "citations=kisoku/2025-04-01/3"]);
}

/// What is shown again and again until it holds.
async function until(page, address, holds) {
  for (let i = 0; i < 60; ++i) {
    await page.goto(address);
    if (await holds()) return;
    await page.waitForTimeout(500);
  }
  assert.fail(`${address} never came to that`);
}

await inBrowser(prepare, async (browser, address) => {
  const officer = await openPage(browser), staff = await openPage(browser);
  await addPerson(officer, address, "tanto", "officer", password);
  await addPerson(staff, address, "shokuin", "staff", password);

  // The officer takes the consultation, cites two clauses and the similar one of before.
  await officer.goto(address + "ledgers/sodan/new");
  await officer.fill("#f-asked_on", "令和8年11月2日");
  await officer.selectOption("#f-channel", "電話");
  await officer.fill("#f-unit", "農林課");
  await officer.fill("#f-asker", "星見 みのる");
  await officer.fill("#f-subject", "現場調査に端末を持ち出すとき");
  await officer.selectOption("#f-type", "規程の解釈");
  await officer.locator("#f-question").pressSequentially("現場の調査に端末を庁外へ持ち出すときの手続を知りたい。");
  await officer.waitForSelector("#fitting-list li button");
  await officer.waitForSelector("#alike-list li button");
  assert.match(await officer.textContent("#alike-list"), /相談-0001/);
  for (const [list, count] of [["#fitting-list", 1], ["#alike-list", 2]]) {
    await officer.locator(`${list} li button`).first().click();
    await officer.waitForFunction((wanted) => document.querySelectorAll("input[name='cite.citations']").length === wanted, count);
  }
  const cited = await officer.locator("input[name='cite.citations']").evaluateAll((all) => all.map((one) => one.value).sort());
  assert.deepEqual(cited, ["kisoku/2025-04-01/2", "kisoku/2025-04-01/3"]);
  await officer.locator("xpath=//input[@name='cite.citations' and @value='kisoku/2025-04-01/2']/following::input[@name='quote.citations'][1]").fill("課長の許可を受ける");
  const earlier = /[^ 　]*-相談-0001/.exec(await officer.textContent("#alike-list"))[0];
  await officer.fill("#add-related", earlier);
  await officer.fill("#f-answer", "持ち出す前に、課長の許可を受けてください。\n持ち出した端末は、施錠できる所に置いてください。");
  await officer.fill("#f-answered_on", "令和8年11月4日");
  await officer.fill("#f-shared_question", "現場へ端末を持ち出す手続は、どうなっているか。");
  await officer.fill("#f-shared_answer", "課長の許可を受けて持ち出し、施錠できる所に置きます。星見 みのる さんの相談です。");
  await officer.click("button:text('保存する')");
  await officer.waitForURL("**/records/**done=added");
  const record = new URL(officer.url()).pathname.slice(1);
  assert.match(await officer.textContent("main"), new RegExp(earlier));

  // Nobody else sees it yet.
  await staff.goto(address + record);
  assert.doesNotMatch(await staff.textContent("main"), /現場の調査/);
  const find = address + "?q=" + encodeURIComponent("現場へ端末を持ち出す手続");
  await staff.goto(find);
  assert.doesNotMatch(await staff.textContent("main"), /現場へ端末を持ち出す手続は/);

  // Approved and published, but not with the name of who asked.
  await officer.click(".stepping button:has-text('回答案を作る')");
  await officer.click(".stepping button:has-text('承認する')");
  await officer.click(".stepping button:has-text('公開する')");
  assert.match(await officer.textContent("main"), /個人情報（.*）が入っています/);
  await officer.goto(address + record + "/edit");
  await officer.fill("#f-shared_answer", "課長の許可を受けて持ち出し、施錠できる所に置きます。");
  await officer.click("button:text('保存する')");
  await officer.waitForURL("**/records/**done=**");
  await officer.click(".stepping button:has-text('公開する')");
  await officer.waitForSelector("#published");
  await picture(officer, "record-published");

  // A member of the staff finds it, with what it rests on.
  await until(staff, find, async () => (await staff.textContent("main")).includes("現場へ端末を持ち出す手続は"));
  await staff.goto(address + "documents/" + await staff.locator("main a[href*='/documents/sodan-']").first().evaluate((link) => new URL(link.href).pathname.split("/")[2]));
  assert.match(await staff.textContent("main"), /施錠できる所に置きます/);
  assert.match(await staff.textContent("main"), /星見市端末管理規則/);

  // The rule changes: who is in charge is told, with the words beside each other.
  await ingest("2026-11-10", "端末を庁外へ持ち出すときは、情報政策課長の承認を受け、記録簿に記す。");
  await until(officer, address + record, async () => (await officer.textContent("main")).includes("要確認"));
  const review = await officer.textContent(".reviews, [aria-labelledby='reviews'], main");
  assert.match(review, /情報政策課長の承認/);
  await accessible(officer, "a record to be reviewed");
  await picture(officer, "record-review");
  await officer.goto(address + "ledgers/sodan?review=on");
  assert.match(await officer.textContent("main"), /1件/);
  await officer.goto(address);
  assert.match(await officer.textContent("main"), /要確認/);
  await officer.goto(address + record);
  await officer.click("button:has-text('新しい版の条項に替える')");
  await officer.waitForURL("**/records/**");
  assert.match(await officer.textContent("main"), /2026-11-10|令和8年11月10日版/);
  await officer.goto(address + "ledgers/sodan?review=on");
  assert.match(await officer.textContent("main"), /0件/);
  await officer.goto(address + record + "/history");
  assert.match(await officer.textContent("main"), /kisoku|星見市端末管理規則/);
  assert.deepEqual([...officer.complaints, ...staff.complaints], []);
  console.log("a consultation was answered, found, and looked at again");
});
