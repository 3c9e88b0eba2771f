// A folder that was dropped or chosen: its files with their paths, and the plan
// of what would become of them, which the server makes and a dialog shows.
// Nothing is sent before its button is pressed.
import { digest, fill } from "./measure.js";

const most = 1024 * 1024 * 1024; // bytes that are read beforehand to know what is there

const all = (reader) => new Promise((done, fail) => {
  const found = [];
  const next = () => reader.readEntries((some) => {
    if (some.length === 0) return void done(found);
    found.push(...some); // browsers give them in portions
    next();
  }, fail);
  next();
});

async function walk(entry, path, into) {
  if (entry.isFile) into.push({ path: path + entry.name, file: await new Promise((done, fail) => entry.file(done, fail)) });
  else for (const child of await all(entry.createReader())) await walk(child, `${path}${entry.name}/`, into);
}

/** What a drop holds when a folder is in it, as a promise of files with paths; nothing otherwise. To be called within the event. */
export function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some(({ isDirectory }) => isDirectory)) return null;
  return (async () => {
    const found = [];
    for (const entry of entries) await walk(entry, "", found);
    return found;
  })();
}

/** What a field for folders holds. */
export const chosen = (files) => [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** What systems leave in folders for themselves. */
export const noise = (path) => /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|__MACOSX\/.*)$/i.test(path);

export class Plan {
  /** Over the dialog of a desk; send gets the files to send, with the place they go to. */
  constructor(host, send) {
    this.words = host.dataset;
    this.dialog = host.querySelector("dialog");
    this.body = this.dialog.querySelector("[data-plan]");
    this.send = send;
    this.body.addEventListener("change", ({ target }) => { if (target.name === "place") this.look(target.value); });
    this.body.addEventListener("click", ({ target }) => { if (target.closest("[data-go]")) this.go(); });
    this.dialog.addEventListener("close", () => { this.found = []; });
  }

  async open(coming) {
    this.say(fill(this.words.textReading, 0, "…"));
    this.dialog.showModal();
    try {
      const found = this.found = await coming;
      await this.read(found);
      if (this.found === found) await this.look("");
    } catch {
      this.say(this.words.textUnread);
    }
  }

  say(text) { this.body.replaceChildren(Object.assign(document.createElement("p"), { textContent: text, role: "status" })); }

  /** What is there already is known by the digest of its bytes. */
  async read(found) {
    let read = 0;
    for (const [n, one] of found.entries()) {
      if (this.found !== found) return; // closed meanwhile
      if (n % 20 === 0) this.say(fill(this.words.textReading, n, found.length));
      one.sum = read + one.file.size > most ? "" : await digest(one.file);
      read += one.file.size;
    }
  }

  async look(place) {
    const { found } = this;
    const asked = new URLSearchParams({ place });
    for (const { path, file, sum } of found) {
      asked.append("path", path);
      asked.append("size", file.size);
      asked.append("sha256", sum);
    }
    const answer = await fetch(this.words.import, { method: "POST", credentials: "same-origin", body: asked, headers: { Accept: "text/html" } });
    const plan = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("plan");
    if (this.found !== found) return;
    if (!plan) throw new Error(String(answer.status));
    this.body.replaceChildren(plan);
    (plan.querySelector("[data-go]") ?? plan.querySelector("[data-close]")).focus();
  }

  go() {
    const { new: fresh, tray, folder } = this.body.querySelector("#plan").dataset;
    const files = fresh.split(" ").map((n) => this.found[Number(n)]);
    this.dialog.close();
    this.send(files, folder ? { tray, folder } : { tray });
  }
}
