// A verifier of receipts written from doc/receipt-format.md alone, with nothing
// but Node's standard library: the oracle of the Go one. It reads paths, one a
// line, from standard input, each followed by a tab and a trusted key or
// nothing, and answers one line each: "true" or "false <reason>".
import { createHash, createHmac, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

class Refused extends Error {}
const refuse = (why) => { throw new Refused(why); };
const need = (condition, why) => condition || refuse(why);

// Part 1: strict JSON. Numbers become { digits }, objects become Maps.
function parseStrict(text) {
  let at = 0;
  const space = () => { while (" \t\r\n".includes(text[at] ?? "x")) at++; };
  const eat = (c) => { need(text[at] === c, `expected ${c} at ${at}`); at++; };
  const value = (depth) => {
    need(depth <= 16, "too deep");
    space();
    const c = text[at];
    let v;
    if (c === "{") v = object(depth);
    else if (c === "[") v = list(depth);
    else if (c === '"') v = string();
    else v = plain();
    space();
    return v;
  };
  const object = (depth) => {
    const map = new Map();
    eat("{"); space();
    if (text[at] === "}") { at++; return map; }
    for (;;) {
      space();
      const name = string();
      need(!map.has(name), `name ${name} twice`);
      space(); eat(":");
      map.set(name, value(depth + 1));
      if (text[at] === "}") { at++; return map; }
      eat(",");
    }
  };
  const list = (depth) => {
    const out = [];
    eat("["); space();
    if (text[at] === "]") { at++; return out; }
    for (;;) {
      out.push(value(depth + 1));
      if (text[at] === "]") { at++; return out; }
      eat(",");
    }
  };
  const string = () => {
    const start = at;
    eat('"');
    while (text[at] !== '"') {
      need(at < text.length && text[at] >= " ", "bad string");
      if (text[at] === "\\") {
        at++;
        need(!/^u[dD][89a-fA-F]/.test(text.slice(at, at + 3)), "surrogate escape");
      }
      at++;
    }
    at++;
    try { return JSON.parse(text.slice(start, at)); } catch { return refuse("bad string"); }
  };
  const plain = () => {
    const scalar = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    scalar.lastIndex = at;
    const word = scalar.exec(text);
    need(word, `nothing to read at ${at}`);
    at += word[0].length;
    return { digits: word[0] };
  };
  const v = value(0);
  need(at === text.length, "something follows");
  return v;
}

function object(v, names) {
  need(v instanceof Map && v.size === names.length, "wrong object");
  for (const n of names) need(v.has(n), `${n} is missing`);
  return Object.fromEntries(v);
}
const text = (v) => { need(typeof v === "string", "text expected"); return v; };
const list = (v) => { need(Array.isArray(v), "list expected"); return v; };
function digits(s) {
  need(/^(0|[1-9][0-9]{0,15})$/.test(s) && Number.isSafeInteger(Number(s)), "count expected");
  return s;
}
const count = (v) => { need(v && typeof v.digits === "string", "number expected"); return digits(v.digits); };
function base64(s, length) {
  const raw = Buffer.from(text(s), "base64");
  need(raw.length === length && raw.toString("base64") === s, "base64 expected");
  return raw;
}
function hex(s, length) {
  need(typeof s === "string" && s.length === 2 * length && /^[0-9a-f]*$/.test(s), "hex expected");
  return s;
}
function instant(s) {
  const m = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{6}Z$/.exec(text(s));
  need(m && s >= "1970", "instant expected");
  const t = new Date(m[1] + "Z");
  need(!Number.isNaN(t.getTime()) && t.toISOString().startsWith(m[1]), "no such instant");
  return s;
}
const sha256 = (...parts) => parts.reduce((h, p) => h.update(p), createHash("sha256")).digest();

// Part 2.
function digest(v) {
  const s = object(v, ["firm", "person", "number", "opened_at", "closed_at", "items"]);
  const values = [text(s.firm), text(s.person), count(s.number), instant(s.opened_at), instant(s.closed_at)];
  need(s.number.digits !== "0", "number 0");
  const items = list(s.items).map((i) => object(i, ["name", "size", "sha256", "media", "deposited_at"]));
  values.push(String(items.length));
  for (const i of items) {
    values.push(text(i.name), count(i.size), hex(i.sha256, 32), text(i.media), instant(i.deposited_at));
  }
  const canonical = values.map((one) => `${Buffer.byteLength(one)}:${one}\n`).join("");
  return sha256("cenacle/statement@v1\n" + canonical).toString("hex");
}

// Part 3.
function statementOf(record) {
  const r = object(parseStrict(record), ["v", "id", "at", "kind", "actor", "via", "space", "object", "details"]);
  need(count(r.v) === "1", "record version");
  count(r.at);
  for (const n of ["id", "kind", "actor", "via", "space", "object"]) text(r[n]);
  need(r.details instanceof Map, "details");
  return text(r.details.get("statement"));
}

// Part 4.
function parseProof(proof) {
  const lines = proof.split("\n");
  need(lines.shift() === "c2sp.org/tlog-proof@v1", "proof format");
  const index = lines.shift() ?? "";
  need(index.startsWith("index "), "index");
  const path = [];
  while (lines.length && lines[0] !== "") path.push(base64(lines.shift(), 32));
  need(path.length <= 64 && lines.shift() === "", "path");
  need(lines.length === 6 && lines[0] !== "" && lines[3] === "" && lines[5] === "", "checkpoint");
  const signature = /^— ([^\s+]+) (\S+)$/u.exec(lines[4]);
  need(signature, "signature line");
  const place = { index: BigInt(digits(index.slice(6))), size: BigInt(digits(lines[1])) };
  need(place.index <= 1n << 48n && place.size <= 1n << 48n, "too large");
  return {
    ...place, path, origin: lines[0], root: base64(lines[2], 32),
    signed: lines.slice(0, 3).join("\n") + "\n",
    name: signature[1], signature: base64(signature[2], 68),
  };
}

// Part 5.
function parseKey(key) {
  const m = /^(cenacle\/[0-7][0-9a-hjkmnp-tv-z]{25})\+([0-9a-f]{8})\+(.+)$/.exec(key);
  need(m, "key");
  const raw = base64(m[3], 33);
  need(raw[0] === 1, "algorithm");
  const hash = sha256(m[1] + "\n", raw).subarray(0, 4);
  need(hash.toString("hex") === m[2], "key hash");
  const jwk = { kty: "OKP", crv: "Ed25519", x: raw.subarray(1).toString("base64url") };
  return { name: m[1], hash, public: createPublicKey({ key: jwk, format: "jwk" }) };
}

const fingerprint = (key) => sha256(key).subarray(0, 16).toString("hex");

// RFC 9162, section 2.1.3.2.
function rootOf(p, leafHash) {
  need(p.index < p.size, "index beyond the tree");
  let fn = p.index, sn = p.size - 1n, r = leafHash;
  for (const h of p.path) {
    need(sn !== 0n, "path too long");
    if ((fn & 1n) === 1n || fn === sn) {
      r = sha256(Buffer.of(1), h, r);
      while ((fn & 1n) === 0n && fn !== 0n) { fn >>= 1n; sn >>= 1n; }
    } else {
      r = sha256(Buffer.of(1), r, h);
    }
    fn >>= 1n; sn >>= 1n;
  }
  need(sn === 0n, "path too short");
  return r;
}

// Part 6.
function check(raw, trusted) {
  need(raw.length <= 16777216, "too large");
  let whole;
  try { whole = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw); } catch { refuse("not UTF-8"); }
  const file = object(parseStrict(whole), ["format", "statement", "entry", "proof", "verifier"]);
  need(file.format === "cenacle/receipt@v1", "format");
  const entry = object(file.entry, ["record", "salt", "leaf"]);
  const leaf = base64(entry.leaf, 32);
  need(digest(file.statement) === statementOf(text(entry.record)), "statement");
  const commitment = createHmac("sha256", base64(entry.salt, 32)).update(entry.record, "utf8").digest();
  need(commitment.equals(leaf), "commitment");
  const proof = parseProof(text(file.proof));
  need(rootOf(proof, sha256(Buffer.of(0), leaf)).equals(proof.root), "inclusion");
  const key = parseKey(text(file.verifier));
  need(proof.name === key.name && proof.origin === key.name, "origin");
  need(proof.signature.subarray(0, 4).equals(key.hash), "key of the signature");
  need(verify(null, Buffer.from(proof.signed), key.public, proof.signature.subarray(4)), "signature");
  need(trusted === "" || trusted === file.verifier || trusted.replaceAll(" ", "") === fingerprint(file.verifier), "key");
}

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const [path, trusted] = line.split("\t");
  try {
    check(readFileSync(path), trusted ?? "");
    console.log("true");
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    console.log("false " + e.message.replaceAll(/\s+/g, " "));
  }
}
