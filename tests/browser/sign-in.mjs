// Accounts in a real browser: an administrator makes one, its owner signs in, changes the first password, turns the
// second step on, finds what they may see and nothing else, and ends a session. None of it needs script.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { addPerson, choosePassword, folder, inBrowser, openPage, picture, run, signIn } from "./service.mjs";

const bossPassword = "a bridge over the quiet river";
const hanaPassword = "seven kettles on a small stove";

/// RFC 6238, for a moment so many steps from now.
function totp(secret, steps = 0) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

const found = async (page, address, words) => {
  await page.goto(address + "?q=" + encodeURIComponent(words));
  return page.locator(".hit").count();
};

/// Makes the account and returns its first password.
async function administer(page, address) {
  await page.goto(address);
  await page.click("a:text('管理')");
  await picture(page, "admin");
  await page.click("a:text('グループ')");
  await page.fill("#name", "監査班");
  await page.click("button:text('加える')");
  await page.waitForURL("**/admin/groups?done=group");
  await picture(page, "groups");
  await page.goto(address + "admin/people");
  await page.click("summary:text('利用者を加える')");
  await picture(page, "people");
  await page.fill("#login", "hana");
  await page.fill("#name", "星見 花子");
  await page.selectOption("#role", "staff");
  await page.check("input[value='監査班']");
  await page.click("button:text('加える')");
  await page.waitForSelector(".secret code");
  await picture(page, "person");
  return (await page.textContent(".secret code")).trim();
}

/// Turns the second step on; returns its secret.
async function turnOnSecondStep(page, password) {
  await page.click("a:text('設定する')");
  await page.waitForFunction(() => document.querySelector("img.qr").naturalWidth > 50);
  await picture(page, "second-step");
  const secret = (await page.textContent("code.words")).replaceAll(" ", "");
  await page.fill("#code", "000000");
  await page.fill("#password", password);
  await page.click("button:text('設定する')");
  await page.waitForSelector("[role=alert]");
  await page.fill("#code", totp(secret));
  await page.fill("#password", password);
  await page.click("button:text('設定する')");
  await page.waitForURL("**/account?done=second-step-on");
  return secret;
}

await inBrowser(
  async () => {
    for (const [name, audience, words] of [["open", "staff", "端末を持ち出すときは、許可を受ける。"], ["closed", "restricted", "端末の監査の指摘は、秘密とする。"]]) {
      const file = join(folder, name + ".txt");
      writeFileSync(file, `第１条　${words}\n`);
      await run(["ingest", file, "--audience", audience, "--title", name]);
    }
  },
  async (browser, address) => {
    const boss = await openPage(browser);
    await boss.goto(address);
    assert.match(await boss.textContent("main"), /shirube user add/);
    await addPerson(boss, address, "boss", "administrator", bossPassword);
    const first = await administer(boss, address);

    // Hana comes to what she wanted, by way of the password and nothing else.
    const hana = await openPage(browser);
    await hana.goto(address + "documents");
    await picture(hana, "sign-in");
    await signIn(hana, address, "hana", "not the password at all");
    await hana.waitForSelector("[role=alert]");
    await picture(hana, "sign-in-wrong");
    await signIn(hana, address, "hana", first);
    await hana.waitForSelector("#again");
    await picture(hana, "password-due");
    await hana.goto(address + "documents");
    assert.match(hana.url(), /\/account$/);
    await choosePassword(hana, first, hanaPassword);
    const secret = await turnOnSecondStep(hana, hanaPassword);
    await picture(hana, "account");

    // She sees what staff sees; the administrator sees more.
    assert.equal(await found(hana, address, "端末"), 1);
    await picture(hana, "search-hana");
    assert.equal(await found(boss, address, "端末"), 2);
    assert.equal((await hana.goto(address + "documents/closed")).status(), 404);
    assert.equal((await hana.goto(address + "admin/people")).status(), 403);
    await picture(hana, "forbidden");
    await boss.goto(address + "admin/why?person=hana&document=closed");
    assert.match(await boss.textContent("#verdict"), /見えません/);
    await picture(boss, "why");

    // Another browser needs the code; that of the code that turned it on is used up.
    const other = await openPage(browser);
    await signIn(other, address, "hana", hanaPassword);
    await other.waitForSelector("#code");
    await picture(other, "code");
    await other.fill("#code", totp(secret, 1));
    await other.click("button:text('確かめる')");
    await other.waitForSelector("form.search");

    // The first browser ends the session of the other, and makes a token.
    await hana.goto(address + "account");
    await hana.click("button:text('終わらせる')");
    await hana.waitForURL("**/account?done=session");
    await other.goto(address + "documents");
    assert.match(other.url(), /\/sign-in\?to=%2Fdocuments$/);
    await hana.click("summary:text('鍵を作る')");
    await hana.fill("#label", "集計");
    await hana.fill("#token-last-day", new Date(Date.now() + 7 * 86400000).toISOString().slice(0, 10));
    await hana.fill("#token-password", hanaPassword);
    await hana.click("form[action='/account/tokens'] >> button:text('作る')");
    const token = (await hana.textContent(".secret code")).trim();
    await picture(hana, "token");
    const asked = await fetch(address + "api/v1/search?q=" + encodeURIComponent("端末"), { headers: { Authorization: "Bearer " + token } });
    assert.equal((await asked.json()).results.total, 1);
    assert.equal((await fetch(address + "api/v1/documents")).status, 401);

    await hana.goto(address + "account");
    await hana.click("button:text('サインアウト')");
    await hana.waitForURL("**/sign-in?done=out");
    await hana.goBack();
    assert.equal(await hana.locator("button:text('サインアウト')").count(), 0);
    for (const page of [boss, hana, other]) assert.deepEqual(page.complaints, []);
    console.log("people sign in, see what is theirs, and look after themselves in the browser");
  },
);
