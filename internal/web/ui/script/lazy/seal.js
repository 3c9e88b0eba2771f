// Seals an offer where it is written (doc/offer-format.md). What is typed and the key
// that opens it never leave this page: the form sends what was sealed alone.
import { digest, fill } from "./measure.js";

const block = 8192;
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const utf8 = new TextEncoder();
const lang = document.documentElement.lang || "fr";

const hash = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(await new Blob(parts).arrayBuffer())));
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

/** A secret as people copy it: 26 letters and digits in groups of four. */
function written(secret) {
  const bits = [...secret].map((byte) => byte.toString(2).padStart(8, "0")).join("").padEnd(130, "0");
  return bits.match(/.{5}/g).map((five) => letters[parseInt(five, 2)]).join("").match(/.{1,4}/g).join("-");
}

/** Seals the text of an offer under a secret, for one round and party. */
async function seal(label, secret, text) {
  const plain = new Uint8Array(block);
  plain.set(utf8.encode(text));
  const [info, zero] = [utf8.encode(label), new Uint8Array(1)];
  const raw = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: info }, key, plain));
  const sealed = new Uint8Array(iv.length + body.length);
  sealed.set(iv);
  sealed.set(body, iv.length);
  return {
    sealed: base64(sealed),
    commitment: hex(await hash(utf8.encode("offer"), zero, info, zero, secret, plain)),
    mark: hex(await hash(utf8.encode("key"), zero, info, zero, secret)),
  };
}

/** The amount in cents as it was typed, "" for none, nothing for what is no amount. */
function cents(typed) {
  const plain = typed.replace(/[\s\u00a0\u202f€]/g, "");
  if (plain === "") return "";
  const found = /^(\d{1,12})(?:[.,](\d{1,2}))?$/.exec(plain);
  return found && String(BigInt(found[1] + (found[2] ?? "").padEnd(2, "0")));
}

export class Sealer {
  constructor(host) {
    this.host = host;
    this.find = (name) => host.querySelector(`[data-${name}]`);
    this.write = this.find("write");
    this.put = this.find("put");
    this.find("unable").hidden = true;
    this.write.hidden = false;
    this.find("seal").onclick = () => this.close();
    this.find("back").onclick = () => this.open();
    this.find("copy").onclick = () => this.copy();
    this.write.oninput = () => this.wrong("");
  }

  typed(id) { return this.host.querySelector(`#offer-${id}`); }

  wrong(text, field) {
    const place = this.find("wrong");
    place.hidden = !text;
    place.textContent = text;
    for (const id of ["amount", "words", "document"]) this.typed(id).removeAttribute("aria-invalid");
    if (!field) return;
    this.typed(field).setAttribute("aria-invalid", "true");
    this.typed(field).before(place);
    this.typed(field).focus();
  }

  /** Seals what was typed, and shows the key once. */
  async close() {
    const { empty, amount, long, said, document: kept } = this.host.dataset;
    const [price, words, file] = [cents(this.typed("amount").value), this.typed("words").value.trim().replaceAll("\0", ""), this.typed("document").files[0]];
    if (price === null) return this.wrong(amount, "amount");
    const print = file ? await digest(file) : "";
    if (file && !print) return this.wrong(long, "document");
    if (!price && !words && !print) return this.wrong(empty, "amount");
    const text = `${price}\n${print}\n${words}`;
    if (utf8.encode(text).length > block) return this.wrong(long, "words");
    this.wrong("");
    const secret = crypto.getRandomValues(new Uint8Array(16));
    for (const [name, value] of Object.entries(await seal(this.host.dataset.label, secret, text))) this.put.elements[name].value = value;
    const recap = [price && fill(said, new Intl.NumberFormat(lang, { style: "currency", currency: "EUR" }).format(Number(price) / 100)), words, file && fill(kept, file.name)];
    this.find("recap").textContent = recap.filter(Boolean).join(" · ");
    this.key = written(secret);
    this.find("key").textContent = this.key;
    this.save();
    this.write.hidden = true;
    this.put.hidden = false;
    this.find("title").focus();
  }

  save() {
    const link = this.find("save");
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([`${document.title}\n${location.href}\n\n${this.key}\n`], { type: "text/plain" }));
    link.download = this.host.dataset.file;
  }

  async copy() {
    const label = this.find("copy").querySelector("span");
    const before = label.textContent;
    await navigator.clipboard.writeText(this.key);
    label.textContent = this.find("copy").dataset.done;
    label.setAttribute("role", "status");
    setTimeout(() => { label.textContent = before; label.removeAttribute("role"); }, 2500);
  }

  /** Back to what was typed: what was sealed, and its key, are no more. */
  open() {
    for (const name of ["sealed", "commitment", "mark"]) this.put.elements[name].value = "";
    this.put.reset();
    this.find("key").textContent = "";
    this.put.hidden = true;
    this.write.hidden = false;
    this.typed("amount").focus();
  }
}
