// The real program, serving on free ports from a folder of its own.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const kStartSeconds = 60;

export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "freshet-page-"));
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One run of `PROGRAM serve`. `fileBytes` limits the size of every file it writes: its log fails for real. */
export class Server {
  static async start(program, dataDir, more = [], { port = 0, fileBytes = null } = {}) {
    const server = new Server();
    const args = ["serve", "--http", `127.0.0.1:${port}`, "--metrics", "127.0.0.1:0", "--data-dir", dataDir, ...more];
    server.child = fileBytes === null ? spawn(program, args)
      : spawn("sh", ["-c", `ulimit -f ${Math.ceil(fileBytes / 512)}; exec "$0" "$@"`, program, ...args]);
    server.said = "";
    server.ended = new Promise((resolve) => server.child.on("exit", (code, signal) => resolve({ code, signal })));
    await server.waitForAddress();
    return server;
  }

  /** The first address that answers as the page's server does; the other one is for metrics. */
  async waitForAddress() {
    const hear = (bytes) => (this.said += bytes);
    this.child.stdout.on("data", hear);
    this.child.stderr.on("data", hear);
    const end = Date.now() + kStartSeconds * 1000;
    let exit = null;
    void this.ended.then((e) => (exit = e));
    while (Date.now() < end && exit === null) {
      for (const [address] of this.said.matchAll(/127\.0\.0\.1:(?!0\b)\d+/g)) {
        const reply = await fetch(`http://${address}/v2`).catch(() => null);
        const body = await reply?.json().catch(() => null);
        if (body?.name !== "freshet") continue;
        this.url = `http://${address}/`;
        this.port = Number(address.split(":")[1]);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.stop();
    throw new Error(`the server did not start (${JSON.stringify(exit)}); it said:\n${this.said}`);
  }

  async post(path, body) {
    const reply = await fetch(this.url + path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    return { status: reply.status, body: await reply.json().catch(() => null) };
  }

  teach(model, rows, targets, datatype = "FP32") {
    const inputs = [{ name: "x", shape: [rows.length, rows[0].length], datatype: "FP32", data: rows.flat() }];
    return this.post(`v2/models/${model}/train`, { inputs, targets: [{ name: "y", shape: [targets.length], datatype, data: targets }] });
  }

  /** As a power cut for the process: nothing is said goodbye to. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    this.child.kill("SIGTERM");
    const patience = setTimeout(() => this.child.kill("SIGKILL"), 20_000);
    const how = await this.ended;
    clearTimeout(patience);
    return how;
  }
}
