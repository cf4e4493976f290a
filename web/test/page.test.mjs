// The built page in a real Chromium against the fixture server: every state, both themes, wide and narrow.
//
//   node test/page.test.mjs [--out FOLDER]      after `npm run build`

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import {
  assertClimbs, assertCrossHair, assertDrawn, assertSound, becomes, closePages, kSchemes, kWidths, launch, number, open, outFolder, screenshot, skip, tabStops, until, vital,
} from "../../tests/browser/page.mjs";
import { FixtureServer, kPage, ranFor } from "./fixture_server.mjs";

if (!existsSync(join(kPage, "index.html"))) skip("no built page; run npm run build in web/");
const out = outFolder();
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function serve(state, run, { seconds = 200, prepare = () => {} } = {}) {
  const server = new FixtureServer(ranFor(seconds, state));
  prepare(server.scenario);
  const port = await server.listen();
  try {
    await run(`http://127.0.0.1:${port}/`, server, port);
  } finally {
    await closePages(browser);
    await server.close().catch(() => {});
  }
}

const stateLine = (page) => page.locator(".about strong").innerText();

const kStates = {
  live: { line: /^learning, 0\.4 s behind$/, headline: /^shuttle makes 1 mistake where always saying “normal” makes 19$/ },
  empty: { line: /^waiting for the first row$/, headline: /^Nothing learned yet/ },
  stopped: { line: /^trainer stopped at row 33,601: log: no space left on device; predictions go on, /, headline: /makes 19$/ },
  nan: { line: /^learning/, headline: /not finite$/ },
  ended: { line: /^end of stream: all [\d,]+ rows learned; predictions go on$/, headline: /makes 19$/ },
  paused: { line: /^paused by ops \d\d:\d\d:\d\d, /, headline: /makes 19$/ },
  behind: { line: /^learning, 7\.2 s behind$/, headline: /makes 19$/ },
};

for (const [state, expected] of Object.entries(kStates)) {
  test(`${state}, light and dark, wide and narrow`, () => serve(state, async (url) => {
    const looks = kSchemes.flatMap((scheme) => kWidths.map((width) => ({ scheme, width })));
    await Promise.all(looks.map(async ({ scheme, width }) => {
      const page = await open(browser, url, { width, scheme });
      await until("the state line", async () => expected.line.test(await stateLine(page)));
      await until("the verdict", async () => expected.headline.test(await page.getByRole("heading", { level: 1 }).innerText()));
      await page.waitForTimeout(700);
      await assertSound(page);
      await assertDrawn(page);
      await screenshot(page, out, `${state}-${width}-${scheme}`);
      await page.context().close();
    }));
  }));
}

test("figures climb, and the tab says the metric", () => serve("live", async (url) => {
  const page = await open(browser, url);
  await page.locator(".vitals").waitFor();
  await assertClimbs(page, "rows learned");
  await assertClimbs(page, "log position");
  await becomes("the title", () => page.title(), /^shuttle 99\.6 % · Freshet$/);
  await assertSound(page);
}));

test("an empty model shows no number that was not measured", () => serve("empty", async (url) => {
  const page = await open(browser, url);
  await page.locator(".vitals").waitFor();
  for (const name of ["learned per second", "predict latency", "behind the log"]) {
    await becomes(name, () => vital(page, name), "–");
  }
  for (const words of ["no rows yet; the line starts after 100 rows", "the answer appears here"]) {
    await becomes(words, () => page.getByText(words).count(), 1);
  }
  await page.getByRole("link", { name: /^try/ }).first().click();
  await until("the model without columns", () => page.getByText(/no columns yet/).count());
  await becomes("the line to teach", () => page.locator(".curl pre").nth(1).innerText(), /models\/try\/train -d .*"shape":\[1,3\]/s);
  await assertSound(page);
}));

test("a lost connection is told, and found again when the server is back", () => serve("live", async (url, server, port) => {
  const page = await open(browser, url);
  const connection = page.locator(".conn");
  await until("connected", async () => /^connected/.test(await connection.innerText()));
  await page.waitForTimeout(1500);
  await server.close();
  await until("lost", async () => /^connection lost \d\d:\d\d:\d\d; next try in \d s$/.test(await connection.innerText()));
  assert.equal(await page.getByRole("status").first().innerText().then((t) => /next try/.test(t)), false);
  await becomes("the state", () => stateLine(page), /^was learning, 0\.4 s behind, at \d\d:\d\d:\d\d$/);
  await becomes("the verdict", () => page.getByRole("heading", { level: 1 }).innerText(), /^shuttle made 1 mistake .* made 19$/);
  await page.waitForTimeout(6000);
  await becomes("words above the hole", () => page.getByText(/no connection since/).count(), 1);
  await becomes("the answer", () => page.locator(".answer").innerText(), /no connection/);
  await screenshot(page, out, "lost-1440-light");
  // Started again with nothing of the past: the hole stays, and what the page remembers stays before it.
  const again = new FixtureServer(ranFor(1, "live"));
  await again.listen(port);
  try {
    await until("connected again", async () => /^connected/.test(await connection.innerText()));
    await until("the hole", async () => (await page.getByText(/no connection \d\d:\d\d:\d\d to/).count()) === 1);
    await until("learning again", async () => /^learning/.test(await stateLine(page)));
    await assertSound(page, { networkMayFail: true });
    await screenshot(page, out, "back-1440-light");
  } finally {
    await again.close();
  }
}));

test("a restart that kept its history leaves no hole", () => serve("live", async (url, server, port) => {
  const page = await open(browser, url, { width: 390 });
  await until("connected", async () => /^connected/.test(await page.locator(".conn").innerText()));
  await server.close();
  await until("lost", async () => /^connection lost/.test(await page.locator(".conn").innerText()));
  const again = new FixtureServer(server.scenario);
  await again.listen(port);
  try {
    await until("connected again", async () => /^connected/.test(await page.locator(".conn").innerText()));
    await assertClimbs(page, "rows learned");
    await assertSound(page, { networkMayFail: true });
  } finally {
    await again.close();
  }
}));

test("the keyboard reaches everything, in reading order", () => serve("live", async (url) => {
  const page = await open(browser, url);
  await page.locator(".try input").first().waitFor();
  const stops = await tabStops(page, 60);
  const order = [/^a Skip to the figures/, /^a shuttle/, /^a host/, /^a try/, /^input 5 min/, /^slider Time cross-hair/, /^button Try row/, /^a host$/, /^input f1/, /^input f9/, /^button Copy the line to predict/, /^pre Line to predict/, /^button Copy the line to teach/];
  let from = 0;
  for (const wanted of order) {
    const at = stops.findIndex((stop, i) => i >= from && wanted.test(stop));
    assert.ok(at >= 0, `${wanted} after stop ${from} of\n${stops.join("\n")}`);
    from = at + 1;
  }
  await assertCrossHair(page);
  await page.getByRole("slider").focus();
  await page.keyboard.press("End");
  const at = async () => Number(await page.getByRole("slider").getAttribute("aria-valuenow"));
  const end = await until("the cross-hair after End", at);
  await page.keyboard.press("[");
  await until("[ jumps back to a checkpoint", async () => (await at()) < end);
}));

test("every panel is a named region", () => serve("live", async (url) => {
  const page = await open(browser, url);
  await page.locator(".try input").first().waitFor();
  for (const name of ["shuttle now", "Accuracy against its baseline", "Last surprises", "Last errors", "host", "try", "Try it", "Feed it"]) {
    assert.equal(await page.getByRole("region", { name, exact: true }).count(), 1, name);
  }
  assert.equal(await page.getByRole("navigation", { name: "Models" }).count(), 1);
  assert.equal(await page.getByRole("radiogroup", { name: "Time shown" }).or(page.getByRole("group", { name: "Time shown" })).count(), 1);
}));

test("the skip link moves the focus to the figures", () => serve("live", async (url) => {
  const page = await open(browser, url);
  await page.locator("#figures").waitFor();
  await page.keyboard.press("Tab");
  await becomes("the first stop", () => page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  await until("the focus", async () => (await page.evaluate(() => document.activeElement.id)) === "figures");
}));

test("try it asks 150 ms after the last key, and nothing while a number is missing", () => serve("live", async (url, server) => {
  const page = await open(browser, url);
  const first = page.getByLabel("f1", { exact: true });
  const answer = page.locator(".answer");
  await until("the answer for the last row", async () => /^normal/.test(await answer.innerText()));
  const asked = () => server.calls.filter((call) => call.endsWith("/infer")).length;
  const before = asked();
  await first.fill("");
  await until("the refusal", async () => /a number is missing or not finite; nothing was asked/.test(await answer.innerText()));
  await page.waitForTimeout(400);
  assert.equal(asked(), before);
  await first.pressSequentially("1200", { delay: 20 });
  await until("another answer", async () => /^anomaly/.test(await answer.innerText()));
  assert.equal(asked(), before + 1);
  await page.getByRole("button", { name: "use the last row" }).click();
  await until("the answer for the last row again", async () => /^normal/.test(await answer.innerText()));
}));

test("a surprise opens in try it", () => serve("live", async (url) => {
  const page = await open(browser, url);
  const button = page.getByRole("button", { name: /^Try row/ }).first();
  const row = (await button.getAttribute("aria-label")).match(/row ([\d,]+), /)[1];
  await button.click();
  await until("its row", () => page.getByText(`row ${row}`, { exact: false }).count());
  await until("the focus", () => page.evaluate(() => document.activeElement.id === "f0"));
}));

test("copy says copied, and puts the line on the clipboard", () => serve("live", async (url) => {
  const page = await open(browser, url, { permissions: ["clipboard-read", "clipboard-write"] });
  const button = page.getByRole("button", { name: "Copy the line to predict" });
  await button.click();
  await until("copied", async () => (await page.getByRole("button", { name: "copied" }).count()) === 1);
  const line = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(line.startsWith(`curl -s ${url}v2/models/shuttle/infer -d '`), line);
  await until("copy again", async () => (await page.getByRole("button", { name: "Copy the line to predict" }).count()) === 1);
}));

test("another span asks for its history, another model for its own", () => serve("live", async (url, server) => {
  const page = await open(browser, url);
  await page.getByRole("radio", { name: "1 h" }).check();
  await until("the hour", () => server.calls.filter((call) => call.endsWith("/history")).length >= 4);
  await page.getByRole("radio", { name: "5 min" }).check();
  await page.getByRole("link", { name: /^host/ }).first().click();
  await until("host", async () => /^Mean error against its baseline/.test(await page.locator("#h-metric").innerText()));
  await becomes("the verdict", () => page.getByRole("heading", { level: 1 }).innerText(), /^host is 3\.6 points off where saying “same as now” is 7\.4 off$/);
  assert.match(page.url(), /#\/host$/);
  await page.goBack();
  await until("shuttle", async () => /^Accuracy/.test(await page.locator("#h-metric").innerText()));
  await assertSound(page);
}));

test("more than five models are a list", () => serve("live", async (url) => {
  const page = await open(browser, url);
  const list = page.getByRole("combobox", { name: "Model shown" });
  await list.selectOption("more_3");
  await until("the model chosen", async () => /more_3/.test(page.url()));
  await becomes("a small panel", () => page.getByRole("region", { name: "more_3 now" }).count(), 1);
  await assertSound(page);
}, { prepare: (scenario) => (scenario.more = 6) }));

test("fits 320, 1024 and 2560 pixels", () => serve("live", async (url) => {
  for (const width of [320, 1024, 2560]) {
    const page = await open(browser, url, { width });
    await page.locator(".try input").first().waitFor();
    await page.waitForTimeout(700);
    await assertSound(page);
    await screenshot(page, out, `live-${width}-light`);
    await page.context().close();
  }
}));

test("reduced motion redraws every two seconds", () => serve("live", async (url) => {
  const page = await open(browser, url, { reducedMotion: "reduce" });
  await page.locator(".vitals").waitFor();
  await page.waitForTimeout(1000);
  const texts = [];
  for (let i = 0; i < 40; i++) {
    texts.push(await vital(page, "rows learned"));
    await page.waitForTimeout(100);
  }
  const changes = texts.filter((text, i) => i > 0 && text !== texts[i - 1]).length;
  assert.ok(changes >= 1 && changes <= 3, `${changes} changes in 4 s`);
}));

test("refusals are told with the server's own reason, as text", () => serve("live", async (url, server) => {
  const page = await open(browser, url);
  await page.getByText(/none since the start at/).waitFor();
  server.send(...server.scenario.refuse("shuttle", 400, "train", 'row 3 of 16: expected 9 numbers, found "<b>8</b>"'));
  server.send(...server.scenario.refuse("host", 400, "infer", "of another model"));
  server.send(...server.scenario.refuse(null, 404, "infer", 'no model "shutle"; the nearest is "shuttle"'));
  await page.getByRole("cell", { name: 'row 3 of 16: expected 9 numbers, found "<b>8</b>"' }).waitFor();
  await page.getByRole("cell", { name: 'no model "shutle"; the nearest is "shuttle"' }).waitFor();
  assert.equal(await page.getByText("of another model").count(), 0);
}));

test("what can be pressed is 24 pixels or more, 32 on phones", () => serve("live", async (url) => {
  for (const [width, least] of [[1440, 24], [390, 32]]) {
    const page = await open(browser, url, { width });
    await page.locator(".try input").first().waitFor();
    const small = await page.evaluate((least) => [...document.querySelectorAll("a, button, select, input, .range label")]
      .filter((e) => !e.matches(".skip, .range input"))
      .map((e) => ({ name: e.textContent || e.id, box: e.getBoundingClientRect() }))
      .filter(({ box }) => box.width < least || box.height < least)
      .map(({ name, box }) => `${name}: ${box.width} x ${box.height}`), least);
    assert.deepEqual(small, []);
    await page.context().close();
  }
}));

test("an hour of events leaves the page small", () => serve("live", async (url, server) => {
  const page = await open(browser, url);
  await page.locator(".vitals").waitFor();
  let us = Date.now() * 1000;
  for (let i = 0; i < 7200; i++) {
    us += 500_000;
    for (const [name, data] of server.scenario.step(us)) server.send(name, data);
    if (i % 100 === 0) await page.waitForTimeout(20);
  }
  const { rows } = server.scenario;
  await until("the last row", async () => number(await vital(page, "rows learned")) >= rows, 60);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const heap = metrics.find((metric) => metric.name === "JSHeapUsedSize").value;
  assert.ok(heap < 50e6, `${heap} bytes of heap`);
  await assertSound(page);
}));
