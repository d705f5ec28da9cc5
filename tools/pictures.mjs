#!/usr/bin/env node
// Pictures of the main pages with the sample data, for README.md.
// usage: node tools/pictures.mjs SHIRUBE FOLDER_OF_NODE_MODULES FOLDER     (after ./check: build/dev/shirube build/dev/browser/node_modules docs/pictures)
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inBrowser, openPage, run, signIn } from "../tests/browser/service.mjs";

const target = process.argv[4];
const words = encodeURIComponent("端末の持ち出し");
const edition = "documents/taisaku-kijun/2025-04-01";
const desktop = { width: 1280, height: 900 }, phone = { width: 390, height: 844 };
/// Name, address, size.
const pages = [
  ["search", `?q=${words}`, desktop],
  ["search-phone", `?q=${words}`, phone],
  ["edition", edition, desktop],
  ["clause", `${edition}/clauses/32?q=${words}`, desktop],
  ["changes", `${edition}/changes`, desktop],
  ["beside", "documents/incident-manual/2025-10-01/beside?page=2", desktop],
  ["news", "news", desktop],
  ["news-phone", "news", phone],
  ["terms", "terms", desktop],
];

let password;
async function prepare() {
  await run(["ingest", join(dirname(fileURLToPath(import.meta.url)), "../corpus/sample")]);
  await run(["user", "demo"]);
  password = /[a-z]+(?:-[a-z]+){3,}/.exec(await run(["user", "demo", "--show"]))[0];
}

mkdirSync(target, { recursive: true });
await inBrowser(prepare, async (browser, address) => {
  const page = await openPage(browser);
  await signIn(page, address, "demo-tanto", password);
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  for (const [name, where, size] of pages) {
    await page.setViewportSize(size);
    const answer = await page.goto(address + where, { waitUntil: "networkidle" });
    if (!answer.ok()) throw new Error(`${where} → ${answer.status()}`);
    await page.screenshot({ path: join(target, `${name}.png`) });
  }
});
