// A service on data of its own, and a browser to look at it. Every browser test is called
// node TEST.mjs SHIRUBE FOLDER_OF_NODE_MODULES [FOLDER_FOR_PICTURES].
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [shirube, modules, pictures] = process.argv.slice(2);
export const folder = mkdtempSync(join(tmpdir(), "shirube-browser-"));
const data = join(folder, "data");

/// The bytes of a PDF of pages of lines, in letters that need no typeface of their own.
export function pdf(pages) {
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
  return Buffer.from(out + `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`, "latin1");
}

/// Runs a command of the program, with `input` as its standard input; resolves to what it said.
export function run(args, input = "") {
  return new Promise((good, bad) => {
    const child = spawn(shirube, ["--data", data, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (bytes) => (said += bytes));
    child.stderr.on("data", (bytes) => (said += bytes));
    child.on("close", (code) => (code === 0 ? good(said) : bad(new Error(`${args} → ${code}\n${said}`))));
    child.stdin.end(input);
  });
}

/// A port that nobody listens at.
function freePort() {
  return new Promise((good, bad) => {
    const server = createServer();
    server.on("error", bad);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => good(port));
    });
  });
}

/// Starts the service; resolves to its address.
async function serve() {
  const child = spawn(shirube, ["--data", data, "serve", "--port", String(await freePort())], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((good, bad) => {
    child.on("exit", () => bad(new Error("the service ended")));
    child.stdout.on("data", (bytes) => {
      const address = /http:\/\/[^ ]*\//.exec(bytes.toString());
      if (address) good({ child, address: address[0] });
    });
  });
}

/// The page as it is, on a wide screen and on a phone, where somebody wants to look.
export async function picture(page, name) {
  if (!pictures) return;
  for (const [kind, width] of [["desktop", 1280], ["phone", 390]]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(pictures, `${name}-${kind}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/// A page of a browser of its own, and what it complains of.
export async function openPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.complaints = [];
  // What is refused on purpose (403, 429) Chromium tells too.
  page.on("console", (message) => message.type() === "error" && !message.text().startsWith("Failed to load resource") && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  return page;
}

/// Makes somebody who signs in with a password of their own already.
export async function addPerson(page, address, login, role, password) {
  const first = "first-" + password;
  await run(["user", "add", login, "--name", "星見 " + login, "--role", role, "--password-stdin"], first + "\n");
  await signIn(page, address, login, first);
  await choosePassword(page, first, password);
}

export async function signIn(page, address, login, password) {
  await page.goto(address + "sign-in");
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.click("main button[type=submit]");
}

export async function choosePassword(page, present, wanted) {
  await page.waitForSelector("#again");
  await page.fill("#password", present);
  await page.fill("#new", wanted);
  await page.fill("#again", wanted);
  await page.click("button:text('変更する')");
  await page.waitForURL("**/account?done=password");
}

/// Prepares the data, starts service and browser, and ends both whatever happens.
export async function inBrowser(prepare, work) {
  const { chromium } = createRequire(join(resolve(modules), "x.js"))("playwright-core");
  const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
  assert.ok(browserPath, "chromium is not installed");
  let service;
  let browser;
  try {
    await prepare();
    service = await serve();
    browser = await chromium.launch({
      executablePath: browserPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    await work(browser, service.address);
  } finally {
    await browser?.close();
    service?.child.removeAllListeners("exit");
    service?.child.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

/// Holds the page against WCAG 2.2 AA (axe-core), light and dark, on a wide screen and on a phone, where it must not scroll sideways.
export async function accessible(page, name) {
  const axe = readFileSync(join(resolve(modules), "axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 640, 390]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(axe);
      const found = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n  ")}`);
      });
      assert.deepEqual(found, [], `${name}, ${colorScheme}, ${width}`);
      const across = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(across <= 0, `${name} scrolls sideways by ${across} at ${width}`);
    }
  }
  // Colours that the system replaces.
  await page.emulateMedia({ colorScheme: null, forcedColors: "active" });
  await page.evaluate(axe);
  const forced = await page.evaluate(async () => (await window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa"] })).violations.map(({ id }) => id));
  assert.deepEqual(forced, [], `${name}, forced colours`);
  await page.emulateMedia({ forcedColors: null });
  await page.setViewportSize({ width: 1280, height: 900 });
}
