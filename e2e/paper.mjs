// The papers of the journeys, made when they are needed: real formats, nothing
// of anybody.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

/** Hexadecimal SHA-256 of a file. */
export async function digest(path) {
  const hash = createHash("sha256");
  for await (const part of createReadStream(path)) hash.update(part);
  return hash.digest("hex");
}

/** Hexadecimal SHA-256 of bytes. */
export const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Writes a file below a folder; returns what a journey needs to know of it. */
export async function put(folder, name, bytes) {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return { name: name.split("/").at(-1), path, size: bytes.length, sha256: sum(bytes) };
}

/** A photograph: a JPEG drawn by the browser, of at least so many bytes. */
export async function photograph(browser, least) {
  const page = await browser.newPage();
  const text = await page.evaluate(async (least) => {
    const draw = (width) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height: Math.round(width * 0.7) });
      const brush = canvas.getContext("2d");
      brush.fillStyle = "#e9e4d8";
      brush.fillRect(0, 0, canvas.width, canvas.height);
      const grain = brush.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0, state = 7; at < grain.data.length; at += 4) {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        const light = 150 + (state >> 16) % 100;
        grain.data.set([light, light - 8, light - 24, 255], at);
      }
      brush.putImageData(grain, 0, 0);
      brush.fillStyle = "#222";
      brush.font = `${width / 14}px serif`;
      brush.fillText("Livret de famille", width / 8, canvas.height / 2);
      return new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
    };
    let picture = await draw(640);
    for (let width = 1200; picture.size < least; width += 400) picture = await draw(width);
    const bytes = new Uint8Array(await picture.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  }, least);
  await page.close();
  return Buffer.from(text, "base64");
}

/** Width and height of a JPEG, from its frame header. */
function measure(jpeg) {
  for (let at = 2; at < jpeg.length;) {
    const mark = jpeg[at + 1];
    if (mark >= 0xc0 && mark <= 0xc3) return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  throw new Error("this JPEG has no frame");
}

/** A scan: a PDF whose pages are pictures and nothing else (ISO 32000-1, 8.9). */
export function scan(jpeg, pages = 2) {
  const { width, height } = measure(jpeg);
  const numbers = Array.from({ length: pages }, (_, index) => 4 + 2 * index);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${numbers.map((number) => `${number} 0 R`).join(" ")}] /Count ${pages} >>`,
    stream(`/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode`, jpeg),
    ...numbers.flatMap((number) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${number + 1} 0 R /Resources << /XObject << /Scan 3 0 R >> >> >>`,
      stream("", Buffer.from("q 515 0 0 361 40 400 cm /Scan Do Q")),
    ]),
  ];
  return file(objects.map((object) => Buffer.from(object, "latin1")));
}

function stream(keys, bytes) {
  return Buffer.concat([Buffer.from(`<< ${keys} /Length ${bytes.length} >>\nstream\n`), bytes, Buffer.from("\nendstream")]);
}

function file(objects) {
  const parts = [Buffer.from("%PDF-1.7\n%âãÏÓ\n", "latin1")];
  const places = [];
  let length = parts[0].length;
  for (const [index, object] of objects.entries()) {
    const whole = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    places.push(length);
    parts.push(whole);
    length += whole.length;
  }
  const table = places.map((place) => `${String(place).padStart(10, "0")} 00000 n \n`).join("");
  parts.push(Buffer.from(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`));
  return Buffer.concat(parts);
}

/** A DOCX of one paragraph (ISO/IEC 29500). */
export function letter(text) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const types = "application/vnd.openxmlformats-";
  return zip({
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="${types}package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${types}officedocument.wordprocessingml.document.main+xml"/></Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    "word/document.xml": `${head}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
  });
}

/** A ZIP file of texts by their paths. */
export function zip(entries) {
  const files = [], index = [];
  let at = 0;
  for (const [name, text] of Object.entries(entries)) {
    const plain = Buffer.from(text), packed = deflateRawSync(plain), title = Buffer.from(name);
    const facts = member({ method: 8, crc: crc32(plain), packed: packed.length, plain: plain.length, title: title.length });
    files.push(Buffer.from("PK\x03\x04"), facts, title, packed);
    index.push(Buffer.from("PK\x01\x02\x14\0"), facts, Buffer.alloc(10), number(at), title);
    at += 4 + facts.length + title.length + packed.length;
  }
  return Buffer.concat([...files, ...index, closing(Object.keys(entries).length, Buffer.concat(index).length, at)]);
}

const number = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };

function member({ method, crc, packed, plain, title }) {
  const bytes = Buffer.alloc(26);
  bytes.writeUInt16LE(20, 0);
  bytes.writeUInt16LE(0x0800, 2); // names are UTF-8
  bytes.writeUInt16LE(method, 4);
  bytes.writeUInt32LE(crc, 10);
  bytes.writeUInt32LE(packed, 14);
  bytes.writeUInt32LE(plain, 18);
  bytes.writeUInt16LE(title, 22);
  return bytes;
}

function closing(count, length, at) {
  const bytes = Buffer.alloc(22);
  bytes.write("PK\x05\x06", "latin1");
  bytes.writeUInt16LE(count, 8);
  bytes.writeUInt16LE(count, 10);
  bytes.writeUInt32LE(length, 12);
  bytes.writeUInt32LE(at, 16);
  return bytes;
}

/** An archive of so many mebibytes, written part by part: a ZIP with one stored film. */
export async function archive(folder, name, mebibytes) {
  const path = join(folder, name), title = Buffer.from("film.bin"), size = mebibytes << 20;
  const file = await open(path, "w");
  let crc = 0;
  await file.write(Buffer.alloc(30 + title.length), 0, 30 + title.length, 0);
  for (let part = 0; part < mebibytes; part++) {
    const bytes = randomBytes(1 << 20);
    crc = crc32(bytes, crc);
    await file.write(bytes, 0, bytes.length, 30 + title.length + (part << 20));
  }
  const facts = member({ method: 0, crc, packed: size, plain: size, title: title.length });
  await file.write(Buffer.concat([Buffer.from("PK\x03\x04"), facts, title]), 0, 30 + title.length, 0);
  const index = Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), facts, Buffer.alloc(14), title]);
  const end = 30 + title.length + size;
  const tail = Buffer.concat([index, closing(1, index.length, end)]);
  await file.write(tail, 0, tail.length, end);
  await file.close();
  return { name, path, size: end + tail.length, sha256: await digest(path) };
}

/** A photograph of a sheet that lies askew on a wooden table, in perspective, in the light of a lamp. */
export async function snapshot(browser) {
  const page = await browser.newPage({ viewport: { width: 900, height: 1200 } });
  await page.setContent(`<style>
    body { margin: 0; height: 1200px; display: grid; place-items: center; perspective: 1500px; overflow: hidden;
      background: linear-gradient(160deg, rgb(255 240 210 / .25), rgb(0 0 0 / .45)), repeating-linear-gradient(94deg, #6b4a2f 0 23px, #5d3f27 23px 31px, #74523a 31px 60px); }
    article { width: 560px; height: 792px; padding: 60px; box-sizing: border-box; background: #f6f4ee; color: #222; font: 17px/1.5 serif; transform: rotateX(21deg) rotateY(-13deg) rotateZ(-7deg); box-shadow: 6px 10px 30px rgb(0 0 0 / .5); }
  </style><article><h1>Livret de famille</h1>${"<p>Le douze mars deux mille quatorze ont comparu devant nous, officier de l’état civil, les époux ci-après nommés.</p>".repeat(5)}</article>`);
  const bytes = await page.screenshot({ type: "jpeg", quality: 90 });
  await page.close();
  return bytes;
}
