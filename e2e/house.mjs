// A running house: bin/cenacle over a data folder of its own, on a free port of
// this machine. It can be killed as a power cut would and started again on the
// same data. Only processes started here are ever ended.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The program under test. */
export const program = process.env.E2E_PROGRAM ?? fileURLToPath(new URL("../bin/cenacle", import.meta.url));

/** Asks again until answer gives something, and says what was missing after a while. */
export async function until(what, answer, limit = 20_000) {
  const end = Date.now() + limit;
  for (;;) {
    const found = await answer();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`);
    await pause(50);
  }
}

const stacks = new WeakMap();

/** Does something when the test t has ended; what was begun last is ended first. */
export function later(t, act) {
  if (!stacks.has(t)) {
    const stack = [];
    stacks.set(t, stack);
    t.after(async () => {
      const failed = [];
      while (stack.length > 0) await stack.pop()().catch((error) => failed.push(error));
      if (failed.length > 0) throw failed[0];
    });
  }
  stacks.get(t).push(async () => act());
}

/** A temporary folder that is gone when the test t has ended. */
export async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), "cenacle-e2e-"));
  later(t, () => rm(path, { recursive: true, force: true }));
  return path;
}

/** Runs one command of the program without any server; its exit code is no exception. */
export async function command(args, options = {}) {
  try {
    return { code: 0, ...await run(program, args, { env: environment(), ...options }) };
  } catch (failed) {
    if (typeof failed.code !== "number") throw failed;
    return failed;
  }
}

/** What of our environment the program may see: its own settings come from us alone. */
function environment(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("CENACLE_"));
  return { ...Object.fromEntries(kept), ...more };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class House {
  /** Makes the demonstration firm, serves it with further settings, which may depend on its port, until t has ended. */
  static async start(t, more = {}) {
    const house = new House();
    house.data = join(await folder(t), "data");
    house.port = await freePort();
    house.more = typeof more === "function" ? more(house.port) : more;
    house.base = house.more.CENACLE_URL ?? `http://127.0.0.1:${house.port}`;
    house.said = "";
    house.people = JSON.parse((await run(program, ["demo", "--json"], { env: house.settings() })).stdout);
    later(t, () => house.stop());
    await house.serve();
    return house;
  }

  settings() { return environment({ CENACLE_DATA: this.data, CENACLE_LISTEN: `127.0.0.1:${this.port}`, ...this.more }); }

  /** The demonstration's person whose e-mail address begins so. */
  person(beginning) {
    const found = this.people.find(({ email }) => email.startsWith(beginning));
    assert.ok(found, `nobody of the demonstration is called ${beginning}`);
    return found;
  }

  async serve() {
    this.process = spawn(program, ["serve", "--demo"], { env: this.settings(), stdio: ["ignore", "pipe", "pipe"] });
    this.ended = once(this.process, "exit");
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (text) => { this.said += text; });
    await until(`the server answers; it said:\n${this.said}`, async () => {
      if (this.process.exitCode !== null) throw new Error(`the server ended: ${this.said}`);
      return fetch(`${this.base}/healthz`).then(({ ok }) => ok, () => false);
    }, 20_000);
  }

  /** Ends the server as a power cut would: nothing is finished, nothing is said. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.ended;
  }

  /** Lets the server end by itself; an error it logged on its way fails the test. */
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGTERM");
      await this.ended;
      assert.equal(this.process.exitCode, 0, `the server did not end well:\n${this.said}`);
    }
    if (process.env.E2E_VERBOSE) console.error(this.said);
    const errors = this.said.split("\n").filter((line) => line.includes('"level":"ERROR"'));
    assert.deepEqual(errors, [], "the server logged errors");
  }

  /** The mails kept on the page of the demonstration, newest first. */
  async mails() {
    const page = await this.text("/demo/mails");
    return page.split('<li class="mail">').slice(1).map((item) => item.split("</li>")[0]).map((item) => ({
      path: find(item, /href="(\/demo\/mails\/[^"]+)"/),
      subject: plain(find(item, /class="mail-subject"><a[^>]*>([\s\S]*?)<\/a>/)),
      from: plain(find(item, /class="mail-from">([\s\S]*?)<\/p>/)),
      to: plain(item).match(/[\w.+-]+@[\w.-]+(?=\s*$)/)?.[0],
    }));
  }

  /** Every mail to an address, with its text and the link in it, newest first. */
  async mailsTo(address) {
    const found = (await this.mails()).filter(({ to }) => to === address);
    return Promise.all(found.map(async (mail) => {
      const page = await this.text(mail.path);
      const text = find(page, /class="mail-text"[^>]*>([\s\S]*?)<\/article>/);
      return { ...mail, text: plain(text), link: /href="([^"]+)"/.exec(text)?.[1] }; // a mail with a code has none
    }));
  }

  /** The newest mail to an address once there are count of them. */
  async mailTo(address, count = 1) {
    return until(`mail no. ${count} to ${address}`, async () => {
      const found = await this.mailsTo(address);
      return found.length >= count && found[0];
    }, 20_000);
  }

  async text(path, options) {
    const answer = await fetch(this.base + path, options);
    assert.equal(answer.status, 200, path);
    return answer.text();
  }
}

function find(text, pattern) {
  const [, found] = pattern.exec(text) ?? assert.fail(`nothing like ${pattern} in:\n${text}`);
  return found;
}

const named = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** What a person reads of a piece of HTML. */
export function plain(html) {
  return html.replace(/<[^>]*>/g, " ")
    .replace(/&(?:#(\d+)|(\w+));/g, (whole, code, name) => code ? String.fromCodePoint(Number(code)) : named[name] ?? whole)
    .replace(/\s+/g, " ").trim();
}
