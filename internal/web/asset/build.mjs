// Builds every asset of the pages into dist/: one style sheet, one script, the
// parts loaded on demand, fonts, the icons really used, and a manifest that
// package asset reads. Sources live beside what they serve. Run: npm ci && node
// internal/web/asset/build.mjs
import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../../..");
const web = join(root, "internal/web");
const dist = join(here, "dist");
const require = createRequire(import.meta.url);

// Layers are written once, here and nowhere else; a later one wins.
const layers = ["reset", "tokens", "base", "layout", "component", "page", "print"];

const types = {
  ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml", ".json": "application/json", ".woff2": "font/woff2",
  ".ttf": "font/ttf", ".pfb": "application/octet-stream", ".bcmap": "application/octet-stream",
  ".png": "image/png",
};

/** Lists files below dir whose name ends with one of ends, in a stable order. */
async function list(dir, ends) {
  const found = [];
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && ends.some((end) => entry.name.endsWith(end))) {
      found.push(join(entry.parentPath ?? entry.path, entry.name));
    }
  }
  return found.sort();
}

/** A module that stands for all style sheets: ui/ by layer, then the pages. */
async function styleEntry() {
  const lines = [`@layer ${layers.join(", ")};`];
  for (const path of await list(join(web, "ui"), [".css"])) {
    const layer = relative(join(web, "ui"), path).split(/[\\/]/)[1];
    if (!layers.includes(layer)) throw new Error(`${path}: no layer is called ${layer}`);
    lines.push(`@import ${JSON.stringify(path)} layer(${layer});`);
  }
  for (const path of await list(join(web, "page"), [".css"])) {
    lines.push(`@import ${JSON.stringify(path)} layer(page);`);
  }
  return lines.join("\n");
}

/** A module that stands for all scripts; a file in a folder named lazy is only imported on demand. */
async function scriptEntry() {
  const paths = [...(await list(join(web, "ui"), [".js"])), ...(await list(join(web, "page"), [".js"]))];
  return paths
    .filter((path) => !/[\\/]lazy[\\/]/.test(path))
    .map((path) => `import ${JSON.stringify(path)};`)
    .join("\n");
}

const pdfVersion = require("pdfjs-dist/package.json").version;
const pdfFolder = `pdf-${pdfVersion}`;

/** Resolves app.css, app.js and url:<package file> (the hashed address of a file). */
const house = {
  name: "house",
  setup(build) {
    build.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path, namespace: "entry" }));
    build.onLoad({ filter: /style/, namespace: "entry" }, async () => ({
      contents: await styleEntry(), loader: "css", resolveDir: root,
    }));
    build.onLoad({ filter: /script/, namespace: "entry" }, async () => ({
      contents: await scriptEntry(), loader: "js", resolveDir: root,
    }));
    build.onResolve({ filter: /^url:/ }, ({ path }) => ({
      path: require.resolve(path.slice(4)), namespace: "url",
    }));
    build.onLoad({ filter: /.*/, namespace: "url" }, async ({ path }) => ({
      contents: await readFile(path), loader: "file",
    }));
  },
};

async function bundle() {
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: { app: "entry:script", "app-style": "entry:style" },
    outdir: dist,
    bundle: true, splitting: true, format: "esm", minify: true, metafile: true, legalComments: "none",
    target: ["es2022", "chrome105", "firefox110", "safari15.6"],
    entryNames: "[name]-[hash]", chunkNames: "part-[name]-[hash]", assetNames: "[name]-[hash]",
    publicPath: "/assets/",
    loader: { ".woff2": "file", ".svg": "file" },
    define: { PDF_FOLDER: JSON.stringify(`/assets/${pdfFolder}/`) },
    external: ["node:*", "fs", "path", "url", "http", "https", "zlib", "stream", "canvas"],
    logLevel: "warning",
    plugins: [house],
  });
  const names = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const file = relative(dist, join(root, path));
    if (output.entryPoint?.endsWith("entry:script")) names["app.js"] = file;
    if (output.entryPoint?.endsWith("entry:style")) names["app.css"] = file;
  }
  return names;
}

/** pdf.js fetches these by name below one folder, which carries its version instead of a hash. */
async function copyPDF() {
  const from = dirname(require.resolve("pdfjs-dist/package.json"));
  const to = join(dist, pdfFolder);
  for (const part of ["cmaps", "standard_fonts"]) {
    await cp(join(from, part), join(to, part), { recursive: true, filter: (path) => !/LICENSE/.test(path) });
  }
  await mkdir(join(to, "wasm"), { recursive: true });
  for (const file of await readdir(join(from, "wasm"))) {
    if (file.endsWith("_nowasm_fallback.js")) await cp(join(from, "wasm", file), join(to, "wasm", file));
  }
}

/** Keeps the fonts a page should preload under a stable name in the manifest. */
async function nameFonts(names) {
  for (const file of await readdir(dist)) {
    const match = /^(.+-latin-wght-normal)-[A-Z0-9]{8}\.woff2$/.exec(file);
    if (match) names[`${match[1]}.woff2`] = file;
  }
}

/** Collects the inner part of each icon that a template or a Go constant names. */
async function icons() {
  const wanted = new Set();
  for (const path of await list(web, [".tmpl"])) {
    for (const [, name] of (await readFile(path, "utf8")).matchAll(/\bicon "([a-z0-9-]+)"/g)) wanted.add(name);
  }
  for (const path of await list(web, [".go"])) {
    for (const [, name] of (await readFile(path, "utf8")).matchAll(/\bIcon(?:\(| = |: )"([a-z0-9-]+)"/g)) wanted.add(name);
  }
  const folder = join(root, "node_modules/@tabler/icons/icons/outline");
  const set = {};
  for (const name of [...wanted].sort()) {
    const svg = await readFile(join(folder, `${name}.svg`), "utf8");
    const inner = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "")
      .replace(/\s+/g, " ").replace(/> </g, "><").replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").trim();
    // A page shows two hundred icons: what draws nothing is left out, and one path draws all.
    set[name] = inner.replace(/" \/><path d="(?=M)/g, "").replace(/ \/>/g, "/>");
  }
  await writeFile(join(dist, "icons.json"), JSON.stringify(set));
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

/** Writes .br and .gz beside a text file where they are worth it, and describes it. */
async function describe(path) {
  const body = await readFile(path);
  const file = { type: types[extname(path)] ?? "application/octet-stream", hash: createHash("sha256").update(body).digest("hex").slice(0, 32) };
  if (!/\.(js|mjs|css|svg|ttf)$/.test(path) || body.length < 512) return file;
  const quality = body.length > 400_000 ? 9 : 11;
  const br = await brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } });
  const gz = await zip(body, { level: 9 });
  if (br.length < body.length * 0.9) { await writeFile(`${path}.br`, br); file.br = br.length; }
  if (gz.length < body.length * 0.9) { await writeFile(`${path}.gz`, gz); file.gz = gz.length; }
  return file;
}

async function manifest(names) {
  const files = {};
  for (const path of await list(dist, Object.keys(types))) {
    const name = relative(dist, path).split("\\").join("/");
    if (name !== "icons.json") files[name] = await describe(path);
  }
  await writeFile(join(dist, "manifest.json"), JSON.stringify({ names, files }, null, 1));
  return files;
}

async function clean() {
  await mkdir(dist, { recursive: true });
  for (const entry of await readdir(dist)) {
    if (entry !== ".keep") await rm(join(dist, entry), { recursive: true });
  }
}

await clean();
const names = await bundle();
await Promise.all([copyPDF(), icons(), nameFonts(names)]);
const files = await manifest(names);
for (const name of ["app.css", "app.js"]) {
  const file = names[name];
  const { size } = await stat(join(dist, file));
  console.log(`${name.padEnd(8)} ${String(size).padStart(7)} bytes, ${files[file].br ?? size} in brotli`);
}
