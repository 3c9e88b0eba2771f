// A criminal file, on a phone: the link of a mail is not enough. A code goes to her mailbox, or to
// her telephone where the operator has a provider (played here), and she goes on to the document
// that she wanted.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { browse, inspect, journey, narrow, visit } from "./browser.mjs";
import { address, button, field, heading, openSpace, said, send, signUp, t } from "./gesture.mjs";
import { folder, House, later, until } from "./house.mjs";
import { put } from "./paper.mjs";

const client = { name: "Mme Lise Corail", email: "lise.corail@courriel.example" };

/** The one code of a text. */
function codeIn(text) {
  const found = text.match(/\b\d{6}\b/g) ?? [];
  assert.equal(found.length, 1, `codes in: ${text}`);
  return found[0];
}

/** Another code than this one. */
const other = (code) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

/** A lawyer who has opened a criminal space, with a document for its client. */
async function begin(context, settings, given = {}) {
  const house = await House.start(context, settings);
  const browser = await browse(context);
  const lawyer = await visit(context, browser, house);
  const desk = await signUp(lawyer.page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" });
  const space = await openSpace(lawyer.page, desk, { ...client, model: "penal", profile: "penal", ...given });
  await lawyer.page.goto(space);
  await address(lawyer.page.locator("c-upload#upload"), "client");
  const file = await put(await folder(context), "Garde à vue.txt", "Ce que vous avez le droit de demander.");
  await send(lawyer.page, [file]);
  await lawyer.page.goto(space);
  const document = new URL(await lawyer.page.getByRole("link", { name: file.name, exact: true }).first().getAttribute("href"), house.base).pathname;
  return { house, browser, step: journey(context, browser), lawyer, space, document, file };
}

/** Follows the link of a mail by its gesture, to where a code is asked. */
async function follow(page, mail) {
  await page.goto(mail.link);
  await button(page, "door.open").tap();
  await page.waitForURL(/\/account\/code\?next=/);
}

/** Keeps a picture of a page for whoever looks at them: E2E_PICTURES. */
async function picture(page, name) {
  if (process.env.E2E_PICTURES) await page.screenshot({ path: `${process.env.E2E_PICTURES}/${name}.png`, fullPage: true });
}

test("a code by mail opens a criminal file", async (context) => {
  const { house, browser, step, lawyer, space, document, file } = await begin(context);
  const { page, watch } = await visit(context, browser, house, { phone: true });
  watch.allow(/status of 422/); // wrong codes
  const mails = async () => (await house.mailsTo(client.email)).filter(({ subject }) => subject === t("mail.code.subject"));
  let code;

  await step("the lawyer sees what it takes to enter", async () => {
    await lawyer.page.goto(`${space}/people`);
    await lawyer.page.locator("#entry > summary").click();
    assert.equal(await lawyer.page.locator("#entry input[value=code]").isChecked(), true, "a criminal space demands a code");
    await inspect(lawyer.page, "the people of a criminal space");
    await picture(lawyer.page, "people");
  });

  await step("her link leads to a page that asks for a code, and sends none", async () => {
    await follow(page, await house.mailTo(client.email));
    await heading(page, t("door.sent_code")).waitFor();
    await page.getByText("l•••@courriel.example").waitFor();
    await page.reload();
    await inspect(page, "where a code is asked for");
    await picture(page, "asked");
    await page.goto(document);
    assert.equal(new URL(page.url()).searchParams.get("next"), document, "she is led there from the document that she wanted");
    assert.deepEqual(await mails(), [], "looking sends nothing");
  });

  await step("a gesture sends it to her mailbox; the mail says nothing else", async () => {
    await button(page, "door.sent_code_send").tap();
    await heading(page, t("door.sent_code_sent")).waitFor();
    const [mail] = await until("the code", async () => { const all = await mails(); return all.length > 0 && all; });
    code = codeIn(mail.text);
    for (const word of [client.name, "Garde", "Aubépine"]) assert.equal(mail.text.includes(word), false, `the mail says ${word}`);
    const typed = field(page, "door.sent_code_label");
    assert.deepEqual([await typed.getAttribute("inputmode"), await typed.getAttribute("autocomplete")], ["numeric", "one-time-code"]);
    await inspect(page, "where the code is typed");
    await picture(page, "typed");
  });

  await step("a wrong code, twice, opens nothing, and says calmly so", async () => {
    for (const wrong of [other(code), other(other(code))]) {
      await field(page, "door.sent_code_label").fill(wrong);
      await button(page, "door.sent_code_do").tap();
      await page.locator(".field-error").waitFor();
    }
    await inspect(page, "a code that opens nothing");
    await picture(page, "wrong");
    await page.goto("/account");
    assert.equal(await page.locator("form[action='/account/password']").count(), 0, "no password by the link alone");
    await page.goto(document);
    await page.waitForURL(/\/account\/code\?next=/);
  });

  await step("the right one leads to the document that she wanted, and she may choose a password", async () => {
    await field(page, "door.sent_code_label").fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await button(page, "door.sent_code_do").tap();
    await page.waitForURL((url) => url.pathname === document);
    await page.getByText(file.sha256).waitFor();
    await page.goto("/account");
    await page.getByText(t("door.by.link_sent")).first().waitFor();
    assert.equal(await page.locator("form[action='/account/password']").count(), 1);
  });

  await step("the lawyer reads it in the journal, and lowers it: the link alone opens the file again", async () => {
    await lawyer.page.goto(`${space}/journal`);
    for (const kind of ["code.asked", "code.confirmed"]) await lawyer.page.getByText(t(`room.act.${kind}`)).first().waitFor();
    await lawyer.page.goto(`${space}/people`);
    await lawyer.page.locator("#entry > summary").click();
    await lawyer.page.locator("#entry input[value=password]").check();
    await button(lawyer.page.locator("#entry"), "space.demand.set").click();
    await said(lawyer.page, "space_demanded");
  });

  const dark = await visit(context, browser, house, { phone: true, dark: true });
  dark.watch.allow(/403/); // the open page asks for itself anew, and is refused
  await step("raised again, it holds at once for who is there by a link", async () => {
    const linked = dark.page;
    await lawyer.page.goto(`${space}/people`);
    await lawyer.page.getByRole("button", { name: t("room.send_link") }).first().click();
    await said(lawyer.page, "link_sent");
    const mail = await until("a new link", async () => (await house.mailsTo(client.email)).find(({ subject }) => subject === t("mail.renewed.subject")));
    await linked.goto(mail.link);
    await button(linked, "door.open").tap();
    await linked.waitForURL((url) => url.pathname === space);
    await lawyer.page.locator("#entry > summary").click();
    await lawyer.page.locator("#entry input[value=code]").check();
    await button(lawyer.page.locator("#entry"), "space.demand.set").click();
    await said(lawyer.page, "space_demanded");
    await linked.waitForURL(/\/account\/code\?next=/); // by itself: the open page has heard of it
    await inspect(linked, "where a code is asked for, in the dark");
    await picture(linked, "asked-dark");
    await button(linked, "door.sent_code_send").tap();
    await heading(linked, t("door.sent_code_sent")).waitFor();
    await inspect(linked, "where the code is typed, in the dark");
    await picture(linked, "typed-dark");
  });
});

test("a code by short message, of a provider that fails once", async (context) => {
  const sent = [];
  let fails = true;
  const provider = createServer((request, answer) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      if (!fails) sent.push({ body: JSON.parse(body), key: request.headers.authorization });
      answer.writeHead(fails ? 500 : 201).end();
    });
  });
  provider.listen(0, "127.0.0.1");
  await once(provider, "listening");
  later(context, () => new Promise((done) => { provider.close(done); }));
  const settings = {
    CENACLE_SMS_URL: `http://127.0.0.1:${provider.address().port}/send`, CENACLE_SMS_BODY: '{"to":"{to}","from":"{from}","message":{"text":"{text}"}}',
    CENACLE_SMS_FROM: "CABINET", CENACLE_SMS_HEADERS: "Authorization: Bearer {secret}", CENACLE_SMS_SECRET: "sesame", CENACLE_OUTBOUND_ALLOW: "127.0.0.1",
  };
  const { house, browser, step, lawyer, space, file } = await begin(context, settings);
  const { page, watch } = await visit(context, browser, house, { phone: true, script: false });
  watch.allow(/status of (422|503)/, /server: 503 .*\/account\/code\/send/);

  await step("the lawyer gives her number, as it is called in France", async () => {
    await lawyer.page.goto(`${space}/people`);
    await lawyer.page.getByText(t("room.mobile.none")).click();
    await lawyer.page.getByLabel(t("room.mobile.of", client.name)).fill("06 12 34 56 78");
    await lawyer.page.locator("details:has(> summary:text-is(\"" + t("room.mobile.none") + "\"))").getByRole("button").click();
    await said(lawyer.page, "mobile_set");
    await lawyer.page.getByText(t("room.mobile.known", "06 •• •• •• 78")).waitFor();
    await inspect(lawyer.page, "the people of a space, with a number");
  });

  await step("a provider that fails sends nothing, by mail neither; she tries again", async () => {
    await follow(page, await house.mailTo(client.email));
    await page.getByText("06 •• •• •• 78").waitFor();
    await button(page, "door.sent_code_send").tap();
    await page.getByText(t("invitation.code_unsent")).waitFor();
    await narrow(page, "a code that did not leave");
    fails = false;
    await button(page, "door.sent_code_retry").tap();
    await heading(page, t("door.sent_code_sent")).waitFor();
    const mails = (await house.mailsTo(client.email)).filter(({ subject }) => subject === t("mail.code.subject"));
    assert.deepEqual([sent.length, sent[0].body.to, sent[0].body.from, sent[0].key, mails.length], [1, "+33612345678", "CABINET", "Bearer sesame", 0]);
  });

  await step("the code of the message opens the file", async () => {
    const code = codeIn(sent[0].body.message.text);
    await field(page, "door.sent_code_label").fill(other(code));
    await button(page, "door.sent_code_do").tap();
    await page.locator(".field-error").waitFor();
    await field(page, "door.sent_code_label").fill(code);
    await button(page, "door.sent_code_do").tap();
    await page.waitForURL((url) => url.pathname === space);
    await page.getByText(file.name).first().waitFor();
  });
});
