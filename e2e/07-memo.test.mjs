// Both sides write beside the documents. A memo arrives in the other's open
// page by itself; an internal one never reaches the client, not even as a
// number or a signal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { address, begin, button, heading, like, openLink, row, said, send, t, unfold, write } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { put } from "./paper.mjs";

const canary = ["Hibiscus-7731", "Prestation Ocelot", "Zibeline-4402"];

/** The words of every answer a page receives from now on. */
function listen(page) {
  const heard = [];
  page.on("response", async (response) => {
    if (/event-stream/.test(response.headers()["content-type"] ?? "")) return; // read apart, below
    heard.push(response.url(), await response.text().catch(() => "")); // a redirect has no body
  });
  return heard;
}

/** Waits until a page listens to the signals of its space. */
const listens = (page) => until("the page listens", () => page.evaluate(() => document.querySelector("c-live").source?.readyState === EventSource.OPEN));

/** Has every memo of a space on the screen for as long as reading takes. */
async function readAll(page, space) {
  for (;;) {
    await page.goto(space);
    const unread = page.locator("c-seen").first();
    if (await unread.count() === 0) return;
    const told = page.waitForResponse((answer) => answer.url().endsWith("/memos/read"));
    await page.locator(".talk").filter({ has: page.locator("c-seen") }).first().scrollIntoViewIfNeeded();
    await told;
  }
}

/** A page without what tells only the time. */
const still = (html) => html.replace(/<time[^>]*>[^<]*<\/time>/g, "").replace(/datetime="[^"]*"/g, "");

/** The live signals of a space, as they come over the wire. */
async function signals(house, visitor, space) {
  const [cookie] = (await visitor.context.cookies()).filter(({ name }) => /cenacle$/.test(name));
  const stop = new AbortController();
  const answer = await fetch(`${house.base}${space}/live`, { headers: { Cookie: `${cookie.name}=${cookie.value}`, Accept: "text/event-stream" }, signal: stop.signal });
  assert.equal(answer.status, 200);
  const stream = { text: "", stop: () => stop.abort() };
  (async () => {
    for await (const part of answer.body) stream.text += Buffer.from(part).toString();
  })().catch((error) => { if (error.name !== "AbortError") throw error; });
  await until("the stream has begun", () => stream.text.includes("retry:"));
  return stream;
}

const count = (stream) => stream.text.split("event: signal").length - 1;

test("memos are exchanged live", async (context) => {
  const { house, browser, step, lawyer, client, space } = await begin(context);
  const phone = await visit(context, browser, house, { phone: true });
  await openLink(phone.page, await house.mailTo(client.email), true);
  const heard = listen(phone.page);

  await step("the lawyer writes; it stands in the client's open page in under two seconds", async () => {
    await lawyer.page.goto(space);
    await phone.page.goto(space);
    await listens(phone.page);
    const sent = Date.now();
    await write(lawyer.page, { subject: "Votre projet", body: "Bonjour,\n\nVoici la première version.", circle: "client" });
    await heading(phone.page, "Votre projet").waitFor({ timeout: 2000 });
    assert.ok(Date.now() - sent < 4000, "writing, sending and arriving");
    assert.match(await phone.page.locator("#talks").innerText(), /Bonjour,\n\nVoici la première version\./, "its lines are kept");
    assert.ok(await phone.page.getByText(t("ui.news")).count() > 0, "a screen reader is told");
  });

  await step("what she has set out is set out, and leads nowhere by surprise", async () => {
    const body = "Apportez **l’original** :\n\n1. l’acte\n2. le bail\n\n<img src=x onerror=alert(1)> [le plan](https://exemple.test/plan)";
    await write(lawyer.page, { subject: "À préparer", body, circle: "client" });
    await heading(phone.page, "À préparer").waitFor();
    const sheet = phone.page.locator(".talk").filter({ has: heading(phone.page, "À préparer") }).locator(".memo-body");
    assert.equal(await sheet.locator("strong").innerText(), "l’original");
    assert.deepEqual(await sheet.locator("ol > li").allInnerTexts(), ["l’acte", "le bail"]);
    assert.equal(await sheet.locator("img").count(), 0);
    assert.match(await sheet.innerText(), /<img src=x onerror=alert\(1\)> le plan \(exemple\.test\)/);
    assert.equal(await sheet.getByRole("link").getAttribute("rel"), "noopener noreferrer nofollow");
  });

  await step("the client answers in the same place; it stands in the lawyer's open page", async () => {
    await lawyer.page.goto(space);
    await listens(lawyer.page);
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Votre projet") });
    await talk.locator("summary").filter({ hasText: t("room.reply") }).tap();
    await talk.getByLabel(t("room.answer")).fill("Merci Maître, je lis.");
    await button(talk, "room.send_firm").tap();
    await lawyer.page.getByText("Merci Maître, je lis.").waitFor({ timeout: 3000 });
  });

  await step("what she is writing is neither lost nor interrupted when another memo arrives", async () => {
    await phone.page.goto(space);
    await listens(phone.page);
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Votre projet") });
    await talk.locator("summary").filter({ hasText: t("room.reply") }).tap();
    const answer = talk.getByLabel(t("room.answer"));
    await answer.tap();
    await phone.page.keyboard.type("Je commence une phrase");
    await write(lawyer.page, { subject: "Une précision", body: "Sans urgence.", circle: "client" });
    await heading(phone.page, "Une précision").waitFor({ timeout: 2000 });
    await phone.page.keyboard.type(" et je la termine.");
    assert.equal(await answer.inputValue(), "Je commence une phrase et je la termine.");
    assert.ok(await answer.isVisible());
  });

  await step("what she began to write is there when she comes back", async () => {
    const body = (await unfold(phone.page, "room.compose")).locator("textarea");
    await body.fill("Je vous écrirai demain");
    await phone.page.getByText(t("ui.draft_kept")).waitFor();
    await phone.page.goto(space);
    assert.equal(await phone.page.locator("#compose textarea").inputValue(), "Je vous écrirai demain");
  });

  await step("an internal memo leaves no trace with the client: no word, no number, no signal, no mail", async () => {
    await readAll(lawyer.page, space);
    await readAll(phone.page, space);
    const before = still(await (await phone.page.goto(space)).text());
    await phone.page.goto("/account"); // nothing of hers is open while we listen
    const stream = await signals(house, phone, space);
    const mails = (await house.mailsTo(client.email)).length;
    await write(lawyer.page, { subject: `${canary[1]} – calcul`, body: `${canary[0]} : à revoir avant ${canary[2]}.`, circle: "firm" });
    await lawyer.page.getByText(canary[0]).waitFor();
    const talk = lawyer.page.locator(".talk").filter({ hasText: canary[0] });
    assert.match(await talk.innerText(), new RegExp(t("ui.internal")));
    await new Promise((done) => setTimeout(done, 1500)); // longer than any signal takes
    assert.equal(count(stream), 0, "the client's page is not even told that something changed");
    const after = still(await (await phone.page.goto(space)).text());
    assert.equal(after, before, "the client's page is the same to the letter");
    assert.equal((await house.mailsTo(client.email)).length, mails);
    await write(lawyer.page, { subject: "Un mot pour vous", body: "Celui-ci vous est adressé.", circle: "client" });
    await until("a memo to her does give a signal", () => count(stream) > 0);
    stream.stop();
  });

  await step("an internal thread can be answered within the firm alone, even by a forged form", async () => {
    await lawyer.page.goto(space);
    const talk = lawyer.page.locator(".talk").filter({ hasText: canary[0] });
    await talk.locator("summary").filter({ hasText: t("room.reply") }).click();
    const choices = talk.locator(".circles .choice");
    assert.equal(await choices.count(), 1);
    assert.match(await choices.innerText(), new RegExp(t("ui.internal")));
    const form = await talk.locator("form.composer").evaluate((one) => Object.fromEntries(new FormData(one)));
    const others = lawyer.page.locator("#compose .circles .choice").filter({ hasText: t("circle.kind.client") });
    const answer = await lawyer.context.request.post(`${space}/memos`, { form: { ...form, circle: await others.locator("input").getAttribute("value"), body: `Pour vous : ${canary[0]}` } });
    assert.equal(answer.status(), 409);
  });

  await step("no page of the space shows the client a word of it", async () => {
    phone.watch.allow(/status of 40[34]/);
    for (const path of ["", "/people", "/journal"]) {
      const text = await (await phone.page.goto(space + path)).text();
      for (const word of canary) assert.ok(!text.includes(word), `${path} shows ${word}`);
    }
  });

  await step("nothing the client ever received holds a word of it", async () => {
    const all = heard.join("\n");
    assert.ok(all.includes("Votre projet"), "the ear hears");
    for (const word of canary) assert.ok(!all.includes(word), `${word} has reached the client`);
  });

  await step("a memo about a document stands beside it, on its page and in the space", async () => {
    const note = await put(await folder(context), "Attestation.txt", Buffer.from("une attestation"));
    await phone.page.goto(space);
    await send(phone.page, [note]);
    await lawyer.page.goto(space);
    await row(lawyer.page, note.name).getByRole("link", { name: note.name, exact: true }).click();
    const form = await unfold(lawyer.page, "room.about_document");
    await form.getByLabel(t("room.body")).fill("La signature manque en bas de page.");
    await address(form, "client");
    await button(form, "room.send").click();
    await said(lawyer.page, "memo_sent");
    await phone.page.getByText("La signature manque en bas de page.").waitFor({ timeout: 3000 });
    await phone.page.getByRole("link", { name: like("room.talk_about") }).click();
    await phone.page.getByText("La signature manque en bas de page.").waitFor();
    assert.match(phone.page.url(), /\/documents\//);
  });
});
