// The page in a real Chromium, drawn from what the real program measures.
//
//   node tests/browser/dashboard.test.mjs PROGRAM [--out FOLDER]

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test, { after, before } from "node:test";
import {
  assertClimbs, assertCrossHair, assertDrawn, assertSound, becomes, closePages, kSchemes, kWidths, launch, number, open, outFolder, screenshot, skip, tabStops, until, vital,
} from "./page.mjs";
import { makeFolder, Server } from "./server.mjs";

const program = process.argv[2];
if (program === undefined || !existsSync(program)) skip("no program; say where it is");
const out = outFolder();
const phishing = fileURLToPath(new URL("../../data/phishing.csv.gz", import.meta.url));
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Runs a server in a new folder; `run` may kill and start it again. */
async function serve(more, run, options = {}) {
  const folder = makeFolder();
  const servers = [];
  const start = async (again = {}) => {
    const server = await Server.start(program, folder.path, more, { ...options, ...again });
    servers.push(server);
    return server;
  };
  try {
    await run(await start(), start);
  } finally {
    await closePages(browser);
    for (const server of servers) await server.stop();
    folder.remove();
  }
}

const stateLine = (page) => page.locator(".about strong").innerText();
const connection = (page) => page.locator(".conn").innerText();
const windowOf = async (server, model) => (await (await fetch(`${server.url}v2/models/${model}/metrics`)).json());

test("the demonstration: figures climb, in both themes, wide and narrow", () => serve([], async (server) => {
  const pages = [];
  for (const scheme of kSchemes) {
    for (const width of kWidths) {
      const page = await open(browser, `${server.url}#/shuttle`, { width, scheme });
      pages.push([page, `demonstration-${width}-${scheme}`]);
    }
  }
  const [first] = pages[0];
  await until("learning", async () => /^learning/.test(await stateLine(first)));
  await assertClimbs(first, "rows learned");
  await until("1,000 rows", async () => number(await vital(first, "rows learned")) > 1500);
  await until("the verdict", async () => /^shuttle makes (1|no) mistake where always saying “normal” makes/.test(await first.getByRole("heading", { level: 1 }).innerText()));
  const { metrics, baselines } = await windowOf(server, "shuttle");
  assert.ok(metrics.accuracy.window > baselines.prior.accuracy.window, "the window is past the prior");
  for (const [page, name] of pages) {
    await assertClimbs(page, "rows learned");
    await assertSound(page);
    await assertDrawn(page);
    await screenshot(page, out, name);
  }
  await becomes("the title", () => first.title(), /^shuttle \d\d\.\d+ % · Freshet$/);
  assert.equal(await first.getByRole("region", { name: "host", exact: true }).count(), 1);
  await until("forecasts of this machine", async () => (await first.locator("svg.forecast").count()) === 1);
  await first.getByRole("link", { name: /^host/ }).first().click();
  await until("host", async () => /^Mean error/.test(await first.locator("#h-metric").innerText()));
  await assertClimbs(first, "rows learned");
  await assertSound(first);
  await screenshot(first, out, "host-1440-light");
}));

test("the keyboard reaches everything", () => serve([], async (server) => {
  const page = await open(browser, `${server.url}#/shuttle`);
  await until("rows", async () => number(await vital(page, "rows learned")) > 500);
  await page.locator(".try input").first().waitFor();
  const stops = await tabStops(page, 80);
  for (const wanted of [/^a Skip/, /^a shuttle/, /^a host/, /^input 5 min/, /^slider/, /^input /, /^button Copy the line to predict/, /^button Copy the line to teach/]) {
    assert.ok(stops.some((stop) => wanted.test(stop)), `${wanted} in\n${stops.join("\n")}`);
  }
  await assertCrossHair(page);
  await until("the answer", async () => /^(normal|anomaly)/.test(await page.locator(".answer").innerText()));
  const input = page.locator(".try input").first();
  await input.fill("-500");
  await until("its parts", async () => (await page.locator(".try .v").first().innerText()) !== "–");
  await assertSound(page);
}));

test("an empty model says when it starts, and learns from the lines of the page", () => serve(["--model", "try=scale | linear"], async (server) => {
  const page = await open(browser, server.url);
  await until("waiting", async () => /^waiting for the first row$/.test(await stateLine(page)));
  assert.equal(await vital(page, "learned per second"), "–");
  assert.equal(await vital(page, "predict latency"), "–");
  await becomes("the empty chart", () => page.getByText("no rows yet; the line starts after 100 rows").count(), 1);
  await until("no columns", () => page.getByText(/no columns yet/).count());
  await assertSound(page);
  await screenshot(page, out, "empty-1440-light");
  const taught = await server.teach("try", [[1, 2, 3]], [6]);
  assert.equal(taught.status, 200, JSON.stringify(taught.body));
  await until("the columns", async () => (await page.locator(".try input").count()) === 3);
  await until("one row", async () => (await vital(page, "rows learned")) === "1");
  await until("the answer", async () => /\d/.test(await page.locator(".answer b").innerText().catch(() => "")));
  const before = await page.locator(".answer b").innerText();
  for (let i = 0; i < 20; i++) await server.teach("try", [[i, 2, 3], [1, i, 2]], [6 + i, 9 - i]);
  await page.locator(".try input").first().fill("7");
  await until("another answer", async () => (await page.locator(".answer b").innerText()) !== before);
  const refused = await server.teach("try", [[1, 2]], [3]);
  assert.equal(refused.status, 400);
  await page.getByRole("cell", { name: refused.body.error, exact: true }).waitFor();
  await assertSound(page);
}));

test("after kill -9 the page finds the server again, and no row is missing or repeated", () => serve([], async (server, start) => {
  const page = await open(browser, `${server.url}#/shuttle`);
  await until("rows", async () => number(await vital(page, "rows learned")) > 400);
  await server.kill();
  await until("lost", async () => /^connection lost \d\d:\d\d:\d\d; (next try in \d s|trying again)$/.test(await connection(page)));
  await becomes("the state", () => stateLine(page), /^was /);
  const rows = number(await vital(page, "rows learned"));
  await page.waitForTimeout(4000);
  await until("the hole has words", async () => (await page.getByText(/no connection since/).count()) >= 1);
  await screenshot(page, out, "lost-1440-light");
  await start({ port: server.port });
  await until("connected again", async () => /^connected/.test(await connection(page)));
  await until("rows go on", async () => number(await vital(page, "rows learned")) > rows);
  await assertSound(page, { networkMayFail: true });
  await screenshot(page, out, "back-1440-light");
}));

test("the end of a stream is told, and predictions go on", () => serve(["--model", "phishing=scale | logistic", "--feed", `phishing=${phishing}`, "--rate", "0"], async (server) => {
  const page = await open(browser, server.url);
  await until("the end", async () => /^end of stream: all 1,250 rows learned; predictions go on$/.test(await stateLine(page)));
  await until("the answer", async () => (await page.locator(".answer b").count()) === 1);
  await page.locator(".try input").first().fill("1");
  await until("another answer", async () => (await page.locator(".answer b").count()) === 1);
  await assertSound(page);
  await screenshot(page, out, "ended-1440-light");
}));

/** More than the first segment of a log, which is laid out at the start; less than what the test teaches. */
const kSmallFile = 1.25 * 1024 * 1024;
const kMostBatches = 400;

test("a log that cannot grow stops the trainer: the page says why, predictions go on", () => serve(["--model", "full=scale | linear"], async (server) => {
  const page = await open(browser, server.url);
  const batch = Array.from({ length: 1000 }, (_, i) => Array.from({ length: 9 }, (_, k) => Math.sin(i * 9 + k)));
  const targets = batch.map((row) => row[0] + 2 * row[1]);
  let refused = null;
  for (let i = 0; i < kMostBatches && refused === null; i++) {
    const reply = await server.teach("full", batch, targets);
    if (reply.status !== 200) refused = reply;
  }
  assert.ok(refused !== null, "the log never was full");
  assert.ok(refused.status >= 429, `${refused.status} ${JSON.stringify(refused.body)}`);
  await until("the trainer stopped", async () => /^(trainer stopped|the log takes no events)/.test(await stateLine(page)));
  await becomes("the state", () => stateLine(page), /; predictions go on/);
  await until("learn/s is 0", async () => (await vital(page, "learned per second")) === "0");
  await becomes("words above the hole", () => page.getByText(/✕ trainer stopped \d\d:\d\d:\d\d/).count(), 1);
  await page.locator(".try input").first().fill("3");
  await until("an answer", async () => (await page.locator(".answer b").count()) === 1);
  await page.getByRole("cell", { name: refused.body.error, exact: true }).first().waitFor();
  await page.waitForTimeout(3000);
  await assertSound(page);
  await screenshot(page, out, "stopped-1440-light");
}, { fileBytes: kSmallFile }));

test("figures of any size fit and stay figures", () => serve(["--model", "wild=rls"], async (server) => {
  const pages = await Promise.all(kWidths.map((width) => open(browser, server.url, { width })));
  for (let i = 0; i < 60; i++) await server.teach("wild", [[1, 0], [0, 1]], [1, 2]);
  for (const [x, y] of [[1, 3e38], [1e19, -3e38], [3e38, 3e38], [1e-38, 3e38]]) await server.teach("wild", [[x, x]], [y]);
  for (const page of pages) {
    await until("the rows", async () => number(await vital(page, "rows learned")) === 124);
    await page.waitForTimeout(2000);
    assert.doesNotMatch(await page.locator("body").innerText(), /NaN|Infinity|undefined|null/);
    await assertSound(page);
    await assertDrawn(page);
    await screenshot(page, out, `wild-${page.viewportSize().width}-light`);
  }
}));
