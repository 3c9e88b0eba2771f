// UPL-06: files that are programs to some reader, and several things at once to
// others, are opened in a real browser in every way it can come to them: none
// runs, and none reaches a network. A tenth of them every day, all with
// CENACLE_TEST_LONG.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { browse, journey, visit } from "./browser.mjs";
import { signIn } from "./gesture.mjs";
import { House, later, until } from "./house.mjs";

const endings = ["html", "svg", "pdf", "png", "eml", "txt", "docx", "js", "xhtml", "mht"];

/** Bytes that act: each tells a listener when it runs, and when anything of it is fetched. */
function actives(at) {
  const script = `<script>document.title="taken";window.taken=1;fetch("${at}/run")</script>`;
  const fetched = `<img src="${at}/img"><link rel=stylesheet href="${at}/css"><iframe src="${at}/frame"></iframe><object data="${at}/object"></object><meta http-equiv=refresh content="1;url=${at}/away">`;
  const svg = (inner) => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="fetch('${at}/load')">${inner}</svg>`;
  const js = `(function(){document.title="taken";window.taken=1;fetch("${at}/run")})()`;
  return {
    page: `<!DOCTYPE html><html><head>${script}</head><body onload="fetch('${at}/load')">${fetched}</body></html>`,
    fragment: `\n\n  <body onload="fetch('${at}/load')">${script}${fetched}`,
    handlers: `<html><body><img src=x onerror="fetch('${at}/error')"><details open ontoggle="fetch('${at}/toggle')"><svg onload="fetch('${at}/svg')">`,
    xhtml: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><script>//<![CDATA[\n${js}\n//]]></script></head><body/></html>`,
    drawing: svg(script + `<image xlink:href="${at}/image" width="9" height="9"/><use xlink:href="${at}/use#x"/>`),
    foreign: svg(`<foreignObject width="100" height="100"><body xmlns="http://www.w3.org/1999/xhtml">${script}${fetched.replaceAll("<img", "<img alt=''").replaceAll(/<(img|link|meta)([^>]*)>/g, "<$1$2/>")}</body></foreignObject>`),
    animated: svg(`<animate attributeName="href" values="javascript:${js}"/><a xlink:href="javascript:${js}"><text y="20">x</text></a><style>@import url(${at}/style);</style>`),
    sheet: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="${at}/xsl"?><a/>`,
    entity: `<?xml version="1.0"?><!DOCTYPE a SYSTEM "${at}/dtd" [<!ENTITY x SYSTEM "${at}/entity">]><a>&x;</a>`,
    gif: `GIF89a=1;/*\0\x01\0\0;*/${js};//${script}`,
    "gif and page": `GIF89a${script}${fetched}`,
    pdf: `%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.launchURL\\("${at}/js"\\))>>/AA<</O<</S/URI/URI(${at}/uri)>>>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 200 200]/A<</S/URI/URI(${at}/annot)>>>>]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF`,
    "pdf and page": `%PDF-1.7\n${script}${fetched}\n%%EOF`,
    "page and pdf": `<html>${script}%PDF-1.7\n%%EOF`,
    form: `%PDF-1.7\n1 0 obj<</Type/Catalog/AcroForm<</XFA(<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/"><template><subform><event activity="initialize"><script contentType="application/x-javascript">${js}</script></event></subform></template></xdp:xdp>)>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF`,
    png: `\x89PNG\r\n\x1a\n\0\0\0\rIHDR${script}`,
    jpeg: `\xff\xd8\xff\xe0\x2f\x2a\x4a\x46\x49\x46*/=${js}/*${script}`,
    zip: `PK\x03\x04\x14\0\0\0\0\0${script}${fetched}`,
    mail: `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n${script}${fetched}`,
    "mail with parts": `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n${script}${fetched}\r\n--b\r\nContent-Type: image/svg+xml\r\nContent-Disposition: attachment; filename=a.svg\r\n\r\n${svg(script)}\r\n--b--`,
    mhtml: `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b; type="text/html"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: ${at}/\r\n\r\n${script}${fetched}\r\n--b--`,
    marked: `\xef\xbb\xbf${script}`,
    wide: "\xff\xfe" + [...script].map((c) => c + "\0").join(""),
    seven: `+ADw-script+AD4-${js}+ADw-/script+AD4-`,
    shortcut: `[InternetShortcut]\r\nURL=javascript:${js}\r\n`,
    script: js,
    module: `import "${at}/module";${js}`,
    template: `{{constructor.constructor('fetch("${at}/template")')()}}<%= 7*7 %>\${fetch("${at}/literal")}`,
    markdown: `[x](javascript:${js})\n\n![x](${at}/md)\n\n${script}`,
    csv: `=HYPERLINK("${at}/csv","x"),${script}`,
  };
}

test("files that act do nothing", { timeout: process.env.CENACLE_TEST_LONG ? 3_600_000 : 300_000 }, async (context) => {
  const house = await House.start(context);
  const browser = await browse(context, { whole: true });
  const step = journey(context, browser);
  const reached = [];
  const elsewhere = createServer((request, answer) => {
    reached.push(request.url);
    answer.setHeader("Content-Type", "text/html").end(request.url === "/control" ? actives("").page : "");
  }).listen(0, "127.0.0.1");
  await once(elsewhere, "listening");
  later(context, () => elsewhere.close());
  const at = `http://127.0.0.1:${elsewhere.address().port}`;
  const lawyer = await visit(context, browser, house);
  const { page, watch } = lawyer;
  watch.allow(/./); // the policy speaks where it refuses: what counts is what runs
  const person = house.people.find(({ token }) => token);
  const api = (path, options = {}) => page.request.fetch(`${house.base}/api/v1${path}`, { ...options, headers: { authorization: `Bearer ${person.token}`, ...options.headers } });
  const files = Object.entries(actives(at)).flatMap(([name, text], i) => endings.map((end, j) => ({ name: `${name}.${end}`, text, daily: j === i % endings.length })));
  assert.equal(files.length, 300);
  const chosen = process.env.CENACLE_TEST_LONG ? files : files.filter(({ daily }) => daily);
  let desk, space;

  await step(`${chosen.length} of ${files.length} are deposited`, async () => {
    await signIn(page, person);
    desk = new URL(page.url()).pathname.match(/^\/f\/[^/]+/)[0];
    space = (await (await api("/spaces")).json()).spaces[0].id;
    for (const [index, file] of chosen.entries()) {
      const answer = await api(`/spaces/${space}/documents?tray=firm`, {
        method: "POST", data: Buffer.from(`${file.text}\n<!-- ${index} -->`, "latin1"),
        headers: { "content-type": "application/octet-stream", "content-disposition": `attachment; filename="${file.name}"` },
      });
      assert.equal(answer.status(), 201, await answer.text());
      file.id = (await answer.json()).id;
    }
  });

  await step("where nobody prevents it, they run and reach out", async () => {
    const control = await visit(context, browser, house);
    control.watch.allow(/./);
    await control.page.goto(`${at}/control`);
    await until("the file runs", () => control.page.evaluate(() => window.taken === 1).catch(() => false)); // it leaves for another page at once
    await until("the file reaches out", () => reached.includes("/run") && reached.includes("/img"));
    await control.context.close();
    reached.length = 0;
  });

  await step("none runs, and none reaches a network", async () => {
    const strange = [];
    lawyer.context.on("request", (request) => {
      if (!request.url().startsWith(house.base) && !/^(data|blob|about|chrome-error):/.test(request.url())) strange.push(request.url());
    });
    page.on("dialog", (dialog) => { strange.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
    const shown = new Map();
    for (const { name, id } of chosen) {
      const address = `${desk}/spaces/${space}/documents/${id}`;
      for (const way of ["", "/view", "/view?page=1", "/view?text=1", "/view?part=1", "/file", "/file?part=1"]) {
        await page.goto(address + way, { waitUntil: "load" }).catch((error) => { // a download ends the navigation
          assert.match(error.message, /Download is starting|ERR_ABORTED/, `${name}${way}`);
        });
        const taken = await page.evaluate(() => document.title === "taken" || window.taken === 1).catch(() => false); // no document of ours to ask
        assert.ok(!taken, `${name}${way} ran`);
        if (page.url().endsWith(address + way)) shown.set(way, (shown.get(way) ?? 0) + 1);
      }
    }
    await page.goto(`${desk}/spaces/${space}`);
    assert.deepEqual(strange, [], "something reached out");
    assert.deepEqual(reached, [], "somebody was reached");
    assert.equal(shown.get(""), chosen.length, "not every page was shown");
    assert.ok(shown.get("/view?text=1") > chosen.length / 10, `hardly anything was looked at: ${JSON.stringify([...shown])}`);
  });
});
