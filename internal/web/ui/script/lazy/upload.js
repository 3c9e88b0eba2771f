// The desk of <c-upload>: a queue of files sent by the tus protocol, two at a
// time, with their rows, through cuts and reloads.
import { Upload } from "tus-js-client";
import { refresh } from "../region.js";
import { chosen, dropped, noise, Plan } from "./folder.js";
import { bytes, digest, duration, fill } from "./measure.js";
import { Memory, fingerprint } from "./memory.js";

const together = 2;
const delays = [0, 1000, 2000, 4000, 8000, 15000, 15000, 20000, 30000, 30000]; // rides out a minute and more without network

/** One file, its row in the page and its upload. */
class Transfer {
  constructor(desk, file, batch) {
    this.desk = desk;
    this.file = file;
    this.batch = batch; // the folder that it comes in, with its path there
    this.row = desk.row();
    this.row.querySelector(".transfer-name").textContent = file.name;
    this.row.querySelector("progress").setAttribute("aria-label", file.name);
    this.row.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset.act));
    this.samples = [];
    this.state("queued");
    this.show(0);
  }

  state(name) {
    this.row.dataset.state = name;
    this.desk.host.toggleAttribute("data-busy", this.desk.busy());
    this.row.querySelector(".transfer-state").textContent = this.desk.words[`text${name[0].toUpperCase()}${name.slice(1)}`];
  }

  get is() { return this.row.dataset.state; }

  show(sent) {
    const { words } = this.desk;
    const parts = this.is === "done" ? [bytes(this.file.size)] : [fill(words.textProgress, bytes(sent), bytes(this.file.size))];
    const speed = this.speed(sent);
    if (speed > 0 && (this.is === "sending" || this.is === "resumed")) {
      parts.push(fill(words.textSpeed, bytes(speed)), fill(words.textRemaining, duration((this.file.size - sent) / speed)));
    }
    this.row.querySelector("[data-figures]").textContent = parts.join(" · ");
    this.row.querySelector("progress").value = this.file.size ? (sent / this.file.size) * 100 : 100;
    this.sent = sent;
  }

  /** Bytes a second over the last eight seconds. */
  speed(sent) {
    const now = performance.now();
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[0][0] > 8000) this.samples.shift();
    const [[then, before]] = this.samples;
    return now - then > 700 ? Math.max(0, (sent - before) / ((now - then) / 1000)) : 0;
  }

  reason(text) {
    const line = this.row.querySelector("[data-reason]");
    line.textContent = text ?? "";
    line.hidden = !text;
  }

  async start() {
    this.state("sending");
    if (!this.row.isConnected) this.desk.list.append(this.row);
    this.samples = [];
    const { desk, file, batch } = this;
    const metadata = { filename: file.name, filetype: file.type || "application/octet-stream", ...batch ? { ...batch.place, path: this.path } : desk.metadata() };
    const sum = this.sum || await digest(file);
    if (sum) metadata.sha256 = sum;
    if (this.again) metadata.again = "1";
    this.upload = new Upload(file, {
      endpoint: desk.words.endpoint, metadata, fingerprint, urlStorage: new Memory(), retryDelays: delays,
      removeFingerprintOnSuccess: true, storeFingerprintForResuming: true, chunkSize: 32 * 1024 * 1024,
      onProgress: (sent) => this.progress(sent),
      onShouldRetry: (error) => this.cut(error),
      onError: (error) => this.failed(error),
      onSuccess: (payload) => this.done(payload),
    });
    const [earlier] = await this.upload.findPreviousUploads();
    if (earlier) {
      desk.remembered(earlier.uploadUrl);
      this.upload.resumeFromPreviousUpload(earlier);
      this.state("resumed");
    }
    if (this.is === "sending" || this.is === "resumed") this.upload.start();
  }

  progress(sent) {
    if (this.is === "cut") { this.state("resumed"); this.samples = []; }
    this.show(sent);
  }

  /** Whether a failure is worth another try: the network, or a server that is starting again. */
  cut(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (status === 409 && error.originalResponse.getHeader("Upload-Known")) return false;
    const again = status === 0 || status === 409 || status === 423 || status === 429 || (status >= 500 && status !== 507);
    if (again && this.is !== "paused") this.state("cut");
    return again;
  }

  failed(error) {
    if (this.is === "paused") return;
    const known = error.originalResponse?.getHeader?.("Upload-Known");
    if (known) return void this.recognised(error.originalResponse.getBody(), known);
    this.state("failed");
    this.show(this.sent ?? 0);
    const body = error.originalResponse?.getBody?.() ?? "";
    this.reason(body && body.length < 300 && !body.startsWith("<") ? body : "");
    this.desk.next();
  }

  /** The same bytes are there already: nothing is sent, and a request is answered with them. */
  async recognised(text, known) {
    this.state("known");
    this.reason(text);
    this.again = true; // « Envoyer quand même »
    const { request } = this.desk.metadata();
    if (this.batch) return void this.leave();
    if (request) {
      const address = new URL(`${this.desk.words.endpoint}/../requests/${request}/use`, location.href);
      const answer = await fetch(address, { method: "POST", credentials: "same-origin", body: new URLSearchParams({ document: known }) }).catch(() => null);
      if (answer?.ok) return void this.desk.arrived(this);
    }
    this.desk.next();
  }

  done(payload) {
    this.state("done");
    this.show(this.file.size);
    this.reason("");
    const sum = payload?.lastResponse?.getHeader("X-Content-SHA256");
    if (sum) {
      const line = this.row.querySelector("[data-hash]");
      line.querySelector("code").textContent = sum;
      line.hidden = false;
    }
    if (this.batch) this.leave();
    else this.desk.arrived(this);
  }

  /** What came in a folder makes no row of its own once it is there: the row of the folder counts it. */
  leave() {
    this.row.remove();
    this.batch.came(this.file.size);
    this.desk.soon();
    this.desk.next();
  }

  async act(name) {
    if (name === "pause") { this.state("paused"); await this.upload.abort(); this.show(this.sent ?? 0); this.desk.next(); }
    else if (name === "resume" || name === "retry") { this.reason(""); this.state("queued"); this.desk.next(); }
    else if (name === "drop") await this.drop();
  }

  async drop() {
    const { upload } = this;
    this.desk.forget(this);
    this.batch?.left();
    try {
      await upload?.abort(true);
    } catch {
      // the server clears what was begun after its own delay
    }
  }
}

/** A folder on its way: one row for all of its files. */
class Batch {
  constructor(desk, files, place) {
    Object.assign(this, { desk, place, files: 0, of: files.length, bytes: 0 });
    this.row = desk.row();
    const name = fill(desk.words.textBatch, files[0].path.split("/")[0]);
    this.row.querySelector(".transfer-name").textContent = name;
    this.row.querySelector("progress").setAttribute("aria-label", name);
    this.row.querySelector(".transfer-acts").remove();
    desk.list.append(this.row);
    this.show();
  }

  came(size) {
    this.files++;
    this.bytes += size;
    this.show();
    if (this.files === this.of) this.desk.say(`${this.row.querySelector(".transfer-name").textContent} – ${this.desk.words.textDone}`);
  }

  /** One of its files was removed by its person. */
  left() {
    this.of--;
    this.show();
  }

  show() {
    const { words } = this.desk;
    this.row.dataset.state = this.files === this.of ? "done" : "sending";
    this.row.querySelector(".transfer-state").textContent = this.files === this.of ? words.textDone : words.textSending;
    this.row.querySelector("[data-figures]").textContent = `${fill(words.textCount, this.files, this.of)} · ${bytes(this.bytes)}`;
    this.row.querySelector("progress").value = this.of ? (this.files / this.of) * 100 : 100;
  }
}

export class Desk {
  constructor(host) {
    this.host = host;
    this.transfers = [];
    this.words = host.dataset;
    this.form = host.querySelector("form");
    this.plan = host.dataset.import && new Plan(host, (files, place) => this.tree(files, place));
    this.input = host.querySelector("input[type=file]");
    this.list = host.querySelector(".transfers");
    this.listen();
    this.adopt();
    host.dataset.ready = "";
  }

  listen() {
    const pick = this.host.querySelector("[data-pick]");
    const camera = this.host.querySelector("[data-camera]");
    pick.hidden = false;
    pick.onclick = () => this.input.click();
    this.folder(this.host.querySelector("[data-folder]"));
    if (camera) {
      camera.hidden = false;
      camera.onclick = () => this.photograph();
    }
    this.input.tabIndex = -1;
    this.input.addEventListener("change", () => { this.add(this.input.files); this.input.value = ""; });
    this.form.addEventListener("submit", (event) => { event.preventDefault(); delete this.form.dataset.sent; });
    this.onDrag = (event) => this.drag(event);
    // Fetching a file leaves the page only when it is refused: what is on its way goes on.
    this.onFetch = (event) => { this.fetched = event.target.closest?.("a[data-file]") ? event.timeStamp : 0; };
    this.onLeave = (event) => { if (this.busy() && !(this.fetched && event.timeStamp - this.fetched < 1000)) event.preventDefault(); };
    document.addEventListener("click", this.onFetch);
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(type, this.onDrag);
    addEventListener("beforeunload", this.onLeave);
  }

  leave() {
    for (const type of ["dragenter", "dragover", "dragleave", "drop"]) document.removeEventListener(type, this.onDrag);
    removeEventListener("beforeunload", this.onLeave);
    document.removeEventListener("click", this.onFetch);
    for (const transfer of this.transfers) transfer.upload?.abort();
  }

  /** The way to folders for who does not drag: by the keyboard, or on a phone. */
  folder(button) {
    if (!button || !("webkitdirectory" in HTMLInputElement.prototype)) return;
    button.hidden = false;
    button.onclick = () => {
      const field = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
      field.onchange = () => this.plan.open(Promise.resolve(chosen(field.files)));
      field.click();
    };
  }

  photograph() {
    const camera = Object.assign(document.createElement("input"), { type: "file", accept: "image/*", capture: "environment" });
    camera.onchange = () => this.add(camera.files);
    camera.click();
  }

  /** Files may be dropped anywhere on the page; the area says where they go. */
  drag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const inside = this.host.contains(event.target);
    if (event.type === "drop") {
      const first = document.querySelector("c-upload[data-ready]");
      if (inside || first === this.host && !event.target.closest("c-upload")) this.take(event.dataTransfer);
    }
    const over = event.type === "dragover" || event.type === "dragenter";
    this.host.toggleAttribute("data-over", over && inside);
    this.host.toggleAttribute("data-near", over);
  }

  /** A folder is planned first, where folders can be made; elsewhere its files are taken one by one. */
  take(transfer) {
    const tree = dropped(transfer);
    if (!tree) this.add(transfer.files);
    else if (this.plan) this.plan.open(tree);
    else tree.then((found) => this.add(found.filter(({ path }) => !noise(path)).map(({ file }) => file)), () => this.say(this.words.textUnread));
  }

  /** Sends the files of a folder that its person has agreed to. */
  tree(files, place) {
    const batch = new Batch(this, files, place);
    for (const { path, file, sum } of files) this.transfers.push(Object.assign(new Transfer(this, file, batch), { path, sum }));
    this.next();
  }

  /** What the form carries besides the file goes with each upload. */
  metadata() {
    const facts = {};
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string") facts[name] = name in facts ? `${facts[name]},${value}` : value;
    }
    return facts;
  }

  row() { return this.host.querySelector("template").content.firstElementChild.cloneNode(true); }

  add(files) {
    const now = document.getElementById(this.host.id)?.desk;
    if (now && now !== this) return void now.add(files); // the page was refreshed while its person chose
    for (const file of files) {
      const most = Number(this.words.most || 0);
      if (most && file.size > most) {
        this.say(fill(this.words.textLarge, file.name, bytes(most)));
        const transfer = new Transfer(this, file);
        transfer.state("failed");
        transfer.reason(fill(this.words.textLarge, file.name, bytes(most)));
        transfer.row.querySelector("[data-act=retry]").remove();
        this.list.append(transfer.row);
        continue;
      }
      const transfer = new Transfer(this, file);
      this.transfers.push(transfer);
      this.list.append(transfer.row);
    }
    this.next();
  }

  busy() { return this.transfers.some(({ is }) => is === "sending" || is === "resumed" || is === "cut" || is === "queued"); }

  next() {
    const moving = this.transfers.filter(({ is }) => is === "sending" || is === "resumed" || is === "cut").length;
    for (const transfer of this.transfers.filter(({ is }) => is === "queued").slice(0, Math.max(0, together - moving))) {
      transfer.start().catch((error) => transfer.failed(error));
    }
  }

  arrived(transfer) {
    this.say(`${transfer.file.name} – ${this.words.textDone}`);
    this.host.dispatchEvent(new CustomEvent("c-arrived", { bubbles: true, detail: { name: transfer.file.name, size: transfer.file.size } }));
    this.next();
    this.soon();
  }

  soon() {
    clearTimeout(this.later);
    this.later = setTimeout(() => { if (this.words.regions) refresh(this.words.regions).catch(() => {}); }, 200);
  }

  forget(transfer) {
    this.transfers = this.transfers.filter((other) => other !== transfer);
    transfer.row.remove();
    this.next();
  }

  /**
   * Uploads begun before: the server's line of each gives way when the file is
   * chosen again, and can be given up.
   */
  adopt() {
    for (const row of this.list.querySelectorAll("[data-upload]")) {
      row.querySelector("[data-act=drop]").onclick = () => this.abandon(row);
    }
  }

  async abandon(row) {
    const { upload } = row.dataset;
    try {
      await Upload.terminate(upload, { retryDelays: [] });
    } catch (error) {
      if (error.originalResponse?.getStatus() !== 404) return; // the line stays until the server has forgotten
    }
    await new Memory().forget(upload);
    row.remove();
  }

  remembered(address) {
    const path = new URL(address, location.href).pathname;
    this.list.querySelector(`[data-upload="${CSS.escape(path)}"]`)?.remove();
  }

  say(text) { this.host.querySelector("[data-say]").textContent = text; }
}
