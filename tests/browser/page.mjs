// What all tests of the page share: a real Chromium, and what must hold whatever the page shows.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** playwright-core is a package of web/, the only folder with packages. */
function playwright() {
  return createRequire(new URL("../../web/package.json", import.meta.url))("playwright-core");
}

export const kWidths = [1440, 390];
/** A machine that compiles beside the test takes long over everything. */
const kPatienceMs = 120_000;

export const kSchemes = ["light", "dark"];

/** The path of the machine's Chromium; null when it has none. */
export function findChromium() {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    } catch {
      // Not this one.
    }
  }
  return null;
}

/** Says so and ends with ctest's code for "skipped" when something the test needs is missing. */
export function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

export async function launch() {
  const executablePath = findChromium();
  if (executablePath === null) skip("no chromium");
  if (!existsSync(new URL("../../web/node_modules/playwright-core", import.meta.url))) {
    skip("no web/node_modules; run npm ci in web/");
  }
  return playwright().chromium.launch({
    executablePath,
    timeout: kPatienceMs,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
}

/** A page on `url` that remembers what went wrong in it: `page.problems`, and every origin it asked. */
export async function open(browser, url, { width = 1440, scheme = "light", height = 1000, ...more } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...more });
  context.setDefaultTimeout(kPatienceMs);
  const page = await context.newPage();
  page.problems = [];
  page.origins = new Set();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") page.problems.push(message.text());
  });
  page.on("pageerror", (error) => page.problems.push(String(error.stack ?? error)));
  page.on("request", (request) => page.origins.add(new URL(request.url()).origin));
  await page.goto(url);
  return page;
}

/** Pages of a test that is over would go on drawing, and looking for its server. */
export async function closePages(browser) {
  await Promise.all(browser.contexts().map((context) => context.close()));
}

/** Nothing in the console, nothing asked elsewhere, nothing wider than the page. */
export async function assertSound(page, { networkMayFail = false } = {}) {
  const problems = page.problems.filter((text) => !(networkMayFail && text.includes("net::ERR_")));
  assert.deepEqual(problems, []);
  assert.deepEqual([...page.origins], [new URL(page.url()).origin]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `the page is ${content} px wide in a window of ${window}`);
}

/** Waits until `look` returns something true; fails with `what` after `seconds`. */
export async function until(what, look, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) assert.fail(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until `look` gives `wanted`, or matches it: a page shows within a tick what it was told, later on a busy machine. */
export async function becomes(what, look, wanted, seconds = 120) {
  let last;
  const fits = () => (wanted instanceof RegExp ? wanted.test(last) : last === wanted);
  await until(what, async () => {
    last = await look();
    return fits();
  }, seconds).catch(() => assert.fail(`${what}: ${JSON.stringify(last)} instead of ${wanted} after ${seconds} s`));
}

export const number = (text) => Number(text.replace(/[^0-9.−-]/g, "").replace("−", "-"));

/** The figure of a vital by its label, as text. */
export const vital = (page, name) =>
  page.locator(".vitals > div", { has: page.locator("dt", { hasText: name }) }).locator("dd").first().innerText();

export async function assertClimbs(page, name) {
  const before = number(await vital(page, name));
  await until(`${name} climbs`, async () => number(await vital(page, name)) > before);
}

/** Every chart has numbers on its axis and something drawn: canvases have no text to look for, so their pixels are counted. */
export async function assertDrawn(page) {
  const charts = await page.evaluate(() => [...document.querySelectorAll(".plot canvas")].map((canvas) => {
    const { width, height } = canvas;
    const gutter = Math.round(46 * devicePixelRatio);
    const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const inked = (x, w) => copy.getImageData(x, 0, w, height).data.filter((v, i) => i % 4 === 3 && v > 0).length;
    return { axis: inked(0, gutter - 6), plot: inked(gutter, width - gutter) };
  }));
  assert.equal(charts.length, 3);
  for (const { axis, plot } of charts) assert.ok(axis > 30 && plot > 500, JSON.stringify(charts));
}

/** Each stop of the Tab key from the top, as "role name" of what has the focus. */
export async function tabStops(page, most) {
  const stops = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const e = document.activeElement;
      const name = e.getAttribute("aria-label") ?? e.labels?.[0]?.textContent ?? e.textContent ?? "";
      return e === document.body ? null : `${e.getAttribute("role") ?? e.tagName.toLowerCase()} ${name.trim()}`;
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}

/** The cross-hair by keyboard alone: it moves, jumps, tells every value, and goes away. */
export async function assertCrossHair(page) {
  const hair = page.getByRole("slider", { name: "Time cross-hair of all charts" });
  await hair.focus();
  const at = async () => Number(await hair.getAttribute("aria-valuenow"));
  await page.keyboard.press("Home");
  await becomes("the cross-hair after Home", at, 0);
  await page.keyboard.press("ArrowRight");
  await becomes("the cross-hair after ArrowRight", at, 1);
  await page.keyboard.press("End");
  const last = await until("the cross-hair after End", async () => (await at()) > 1 && at());
  await page.keyboard.press("ArrowLeft");
  await becomes("the cross-hair after ArrowLeft", at, last - 1);
  const text = await hair.getAttribute("aria-valuetext");
  assert.match(text, /^\d\d:\d\d:\d\d: .*learned .*p50 .*p99 /);
  await until("the cross-hair", async () => (await page.locator(".over .hair").count()) === 1);
  await page.keyboard.press("Escape");
  await until("the cross-hair is gone", async () => (await page.locator(".over .hair").count()) === 0);
}

export async function screenshot(page, folder, name) {
  if (folder === null) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** --out FOLDER of the command line. */
export function outFolder() {
  const at = process.argv.indexOf("--out");
  return at < 0 ? null : process.argv[at + 1];
}
