// Starts a daemon for a test on a port that the kernel picks, with a data
// directory of its own, and ends it by the process that was started.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.INVITED_BIN ??
  join(root, "build/release/src/invited");

function cleanEnvironment() {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  for (const name of Object.keys(env)) {
    if (name.startsWith("INVITED_")) delete env[name];
  }
  return env;
}

export class Daemon {
  // Resolves once the daemon listens.
  static async start(...args) {
    const data = await mkdtemp(join(tmpdir(), "invited-test-"));
    const daemon = new Daemon(data, spawn(program, [
      "serve", "--listen", "127.0.0.1:0", "--data", data, ...args,
    ], { env: cleanEnvironment(), stdio: ["ignore", "pipe", "pipe"] }));
    for await (const line of createInterface(daemon.process.stdout)) {
      if (line.startsWith("admin key: ")) daemon.key = line.slice(11);
      if (!line.startsWith("listening on ")) continue;
      daemon.url = line.slice(13);
      return daemon;
    }
    throw new Error(`it did not start: ${daemon.log}`);
  }

  constructor(data, child) {
    this.data = data;
    this.process = child;
    this.log = "";
    child.stderr.on("data", (chunk) => { this.log += chunk; });
    this.ended = new Promise((done) => {
      child.on("close", (status, signal) => done(status ?? signal));
    });
  }

  // SIGTERM; the exit status must be 0 and the log without errors.
  async stop() {
    this.process.kill("SIGTERM");
    const status = await this.ended;
    await rm(this.data, { recursive: true, force: true });
    const bad = this.log.split("\n").filter(
      (line) => line && !/^\S+Z (warn|info|debug) /.test(line));
    if (status !== 0 || bad.length > 0) {
      throw new Error(`exit status ${status}: ${bad.join("\n")}`);
    }
  }

  // How many requests it has answered.
  async requests() {
    const metrics = await (await fetch(`${this.url}/metrics`)).text();
    return [...metrics.matchAll(/^invited_http_requests_total\{.*\} (\d+)$/gm)]
      .reduce((sum, match) => sum + Number(match[1]), 0);
  }

  // What the mail to `to` says, once it is there.
  async mail(to) {
    for (let end = Date.now() + 30000; Date.now() < end;) {
      const folder = join(this.data, "mail/new");
      for (const file of await readdir(folder).catch(() => [])) {
        const text = await readFile(join(folder, file), "utf8");
        if (text.includes(`To: ${to}`) || text.includes(`To: <${to}>`)) {
          return text;
        }
      }
      await new Promise((next) => setTimeout(next, 10));
    }
    throw new Error(`no mail to ${to}`);
  }
}
