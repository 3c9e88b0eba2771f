// A second firm sees nothing of the first: every address the first has ever
// used answers it as one that never was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { address, begin, button, openLink, row, send, signUp, t, take, transfers, unfold, write } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { put } from "./paper.mjs";
import { Wire } from "./wire.mjs";

const nobody = "01jd" + "0".repeat(22);

/** A page without the one thing that follows its own address: where a change of language leads. */
const still = (html) => html.replace(/href="\/language\/[^"]*"/g, "");

/** Asks for an address as somebody does; returns status and body, or the body's absence. */
async function ask(visitor, { method, path }) {
  const answer = await visitor.context.request.fetch(path, {
    method, maxRedirects: 0, headers: { Accept: "text/html", "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": "4" },
    ...(method === "POST" ? { form: { body: "x", circle: nobody, title: "x", name: "x" } } : {}),
    ...(method === "PATCH" ? { data: Buffer.from("abcd"), headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" } } : {}),
  });
  return { status: answer.status(), body: still(await answer.text()) };
}

test("a second firm sees nothing of the first", async (context) => {
  const { house, browser, step, lawyer, client, desk, space } = await begin(context);
  const asked = new Map();
  const use = (method, url) => {
    const { pathname, search } = new URL(url);
    if (pathname.startsWith("/f/")) asked.set(`${method} ${pathname}${search}`, { method, path: pathname + search });
  };
  const visitor = await visit(context, browser, house);
  for (const { page } of [lawyer, visitor]) page.on("request", (request) => use(request.method(), request.url()));
  const secret = "Registre Ocelot-9921.txt";
  const second = await visit(context, browser, house);
  let firm;

  await step("the first firm and its client use everything they have", async () => {
    const papers = await folder(context);
    const { page } = lawyer;
    await page.goto(space);
    await send(page, [await put(papers, secret, Buffer.from("Ocelot-9921"))]);
    await page.goto(space);
    await row(page, secret).getByRole("link", { name: secret, exact: true }).click();
    const get = page.locator("main").getByRole("link", { name: new RegExp(t("ui.get")) }).first();
    use("GET", (await take(page, get)).url);
    const paper = page.url();
    await unfold(page, "room.manage");
    await page.locator("c-upload#replace[data-ready] input[type=file]").setInputFiles((await put(papers, "b/Registre.txt", Buffer.from("Ocelot-9921, revu"))).path);
    await page.locator("c-upload#replace .transfer[data-state=done]").waitFor();
    await page.goto(paper);
    await page.locator("#versions summary").click();
    use("GET", (await take(page, page.locator("#versions a").last())).url);
    await unfold(page, "room.manage");
    await page.getByLabel(t("room.title"), { exact: true }).fill("Registre Ocelot-9921 (1).txt");
    await button(page, "room.rename").click();
    await page.waitForURL(/done=document_renamed/);
    await page.evaluate((path) => fetch(`${path}/view`), new URL(page.url()).pathname);
    const part = await unfold(page, "room.send_title");
    await address(part, "all");
    await button(part, "room.send_document").click();
    await page.waitForURL(/done=document_sent/);
    await openLink(visitor.page, await house.mailTo(client.email));
    await send(visitor.page, [await put(papers, "Pièce.txt", Buffer.from("une pièce"))]);
    await button(visitor.page, "room.close.opener").click();
    await button(visitor.page.getByRole("dialog"), "room.close.confirm").click();
    use("GET", (await take(visitor.page, visitor.page.getByRole("link", { name: t("ui.receipt_get") }))).url);
    await visitor.page.goto(space);
    await write(visitor.page, { subject: "Ocelot-9921", body: "Ocelot-9921" });
    for (const path of [desk, `${desk}/people`, `${desk}/journal`, `${desk}/search?q=ocelot`, `${space}/people`, `${space}/journal`, space]) await page.goto(path);
    const wire = await Wire.start(context, house, 1 << 20);
    await page.goto(wire.base + space);
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await page.locator("c-upload#upload input[type=file]").setInputFiles((await put(papers, "en route.bin", Buffer.alloc(20 << 20, "y"))).path);
    await until("an upload is under way", async () => await transfers(page).first().locator("progress").evaluate((bar) => bar.value) > 5);
    await button(transfers(page).first(), "ui.pause").click();
    await page.goto(space);
  });

  await step("all kinds of addresses were used", async () => {
    const used = [...asked.values()].map(({ method, path }) => `${method} ${path.replace(/[0-9a-z]{26}/g, "*").replace(/\?.*/, "")}`);
    for (const kind of ["GET /f/*", "GET /f/*/people", "GET /f/*/journal", "GET /f/*/search", "GET /f/*/spaces/*", "GET /f/*/spaces/*/live", "GET /f/*/spaces/*/people",
      "GET /f/*/spaces/*/documents/*", "GET /f/*/spaces/*/documents/*/file", "GET /f/*/spaces/*/documents/*/view", "GET /f/*/spaces/*/documents/*/versions/*/file",
      "POST /f/*/spaces/*/documents/*/address", "POST /f/*/spaces/*/documents/*/name", "POST /f/*/spaces/*/uploads", "PATCH /f/*/spaces/*/uploads/*", "POST /f/*/spaces/*/deposit/close",
      "GET /f/*/spaces/*/receipts/*", "GET /f/*/spaces/*/receipts/*/file", "POST /f/*/spaces/*/memos"]) {
      assert.ok(used.includes(kind), `${kind} is among ${[...new Set(used)].join("\n")}`);
    }
    for (const { path } of [...asked.values()].filter(({ method }) => method === "PATCH")) asked.set(`HEAD ${path}`, { method: "HEAD", path });
  });

  await step("each answers the second firm as one that never was", async () => {
    firm = (await signUp(second.page, { firm: "Cabinet Bruyère", name: "Me Ada Bruyère", email: "ada@bruyere.example" })).split("/")[2];
    const first = desk.split("/")[2];
    for (const { method, path } of asked.values()) {
      const got = await ask(second, { method, path });
      const never = await ask(second, { method, path: path.replace(first, nobody) });
      assert.deepEqual([got.status, never.status], [404, 404], `${method} ${path}`);
      assert.equal(got.body, never.body, `${method} ${path}`);
      assert.doesNotMatch(got.body, /Ocelot|Aubépine|Corail/);
    }
  });

  await step("nor do the first firm's things stand under the second's own address", async () => {
    const first = desk.split("/")[2];
    const inner = [...asked.values()].filter(({ path }) => path.includes("/spaces/") && !path.includes("/spaces/new"));
    assert.ok(inner.length > 10);
    for (const { method, path } of inner) {
      const own = path.replace(first, firm);
      const got = await ask(second, { method, path: own });
      const never = await ask(second, { method, path: own.replace(/spaces\/[^/?]+/, `spaces/${nobody}`) });
      assert.deepEqual([got.status, got.status], [404, never.status], `${method} ${own}`);
      assert.equal(got.body, never.body, `${method} ${own}`);
    }
  });

  await step("its own desk, search and journal know nothing of the first", async () => {
    for (const path of ["", "/search?q=ocelot", "/journal", "/people"]) {
      await second.page.goto(`/f/${firm}${path}`);
      assert.doesNotMatch(await second.page.locator("main").innerText(), /Ocelot-9921|Aubépine|Corail/);
    }
  });

  await step("and whoever is not signed in is asked to sign in, for what is as for what never was", async () => {
    const stranger = await visit(context, browser, house);
    for (const path of [space, space.replace(/[0-9a-z]{26}$/, nobody)]) {
      const answer = await stranger.context.request.get(path, { maxRedirects: 0 });
      assert.equal(answer.status(), 303);
      assert.match(answer.headers().location, /^\/signin\?next=/);
    }
  });
});
