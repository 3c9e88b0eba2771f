// A link of one's own, to hand papers in without an account: from a phone, and
// without a script; it is revoked, and takes nothing any more.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, heading, openLink, said, send, t } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { photograph, put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("papers come by a link in one person's name", async (context) => {
  const { house, browser, step, lawyer, client, space } = await begin(context, { checklist: true });
  const papers = await folder(context);
  const photo = await put(papers, "Livret de famille.jpg", await photograph(browser, 120_000));
  const plain = await put(papers, "Passeport.txt", Buffer.from("un passeport"));
  const phone = await visit(context, browser, house, { phone: true });
  const { page } = phone;
  phone.watch.allow(/status of 410/);
  const office = lawyer.page;
  let link;

  await step("the lawyer sends one, for whatever is asked", async () => {
    await office.goto(`${space}/requests`);
    await button(office, "room.link.make").click();
    await said(office, "link_made");
    await inspect(office, "the deposit links");
    await look(office, "links-desk");
    await house.mailTo(client.email, 2);
    const mail = (await house.mailsTo(client.email)).find(({ subject }) => subject === t("mail.deposit_link.subject"));
    link = mail.link;
    assert.match(link, /^\/d\//);
  });

  await step("the page names its person and what is asked, with the camera one tap away", async () => {
    await page.goto(link);
    await heading(page, new RegExp(client.name)).waitFor();
    assert.ok(await page.locator("#asked .task").count() > 5, "what is asked is listed");
    await button(page.locator("#asked .task").first(), "ui.photograph").waitFor();
    assert.equal(await page.locator(`a[href^='${space}']`).count(), 0, "nothing leads into the space");
    await inspect(page, "behind a deposit link");
    await narrow(page, "behind a deposit link");
    await look(page, "letterbox-phone");
  });

  await step("a photograph answers its line, without the page being loaded again", async () => {
    const lines = page.locator("#asked .task");
    const before = await lines.count();
    await lines.first().locator("c-upload[data-ready]").waitFor();
    await lines.first().locator("input[type=file]").setInputFiles(photo.path);
    await page.locator("#deposit .doc").filter({ hasText: photo.name }).waitFor();
    assert.equal(await lines.count(), before - 1, "its line is settled");
  });

  await step("« J'ai terminé » answers with a receipt in her name", async () => {
    await button(page, "room.close.opener").tap();
    await button(page.getByRole("dialog"), "room.close.confirm").tap();
    await said(page, "deposit_closed");
    const text = await page.locator(".receipt").innerText();
    assert.ok(text.includes(photo.name) && text.includes(photo.sha256) && text.includes(client.name), text);
    await inspect(page, "a receipt behind a deposit link");
    await look(page, "letterbox-receipt");
  });

  await step("the lawyer finds it under her name", async () => {
    await office.goto(space);
    const row = office.locator("#documents .doc").filter({ hasText: photo.name });
    assert.match(await row.innerText(), new RegExp(client.name));
  });

  await step("it works without a script", async () => {
    const bare = await visit(context, browser, house, { phone: true, script: false });
    await bare.page.goto(link);
    const form = bare.page.locator("c-upload#upload form");
    await form.locator("input[type=file]").setInputFiles(plain.path);
    await button(form, "ui.deposit").click();
    await said(bare.page, "deposited");
    await bare.page.locator("#deposit .doc").filter({ hasText: plain.name }).waitFor();
  });

  await step("revoked, it takes nothing, and says so calmly", async () => {
    await office.goto(`${space}/requests`);
    await button(office, "room.link.revoke").click();
    await said(office, "link_revoked");
    await page.goto(link);
    await heading(page, t("letterbox.spent")).waitFor();
    await inspect(page, "a revoked deposit link");
    await look(page, "letterbox-spent");
  });
});
