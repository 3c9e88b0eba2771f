// The client on her phone: one gesture behind the link of her mail, and she
// reads. Nothing that a machine fetches has an effect; a used link is sent again
// by herself; a password is hers to choose.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { address, begin, button, field, heading, openLink, passphrase, row, said, send, signIn, take, t, unfold } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { letter, photograph, put, scan } from "./paper.mjs";

/** A page's words, without the link's own token. */
const words = async (page) => (await page.locator("body").innerText()).replace(/\s+/g, " ");

test("a client reads without an account", async (context) => {
  const { house, browser, step, lawyer, client, space } = await begin(context);
  const desk = await folder(context);
  const files = {
    scan: await put(desk, "Projet de convention.pdf", scan(await photograph(browser, 100_000), 3)),
    picture: await put(desk, "Plan du logement.jpg", await photograph(browser, 400_000)),
    letter: await put(desk, "Courrier au notaire.docx", letter("Mon cher Maître")),
  };
  await lawyer.page.goto(space);
  await address(lawyer.page.locator("c-upload#upload"), "client");
  await send(lawyer.page, Object.values(files));
  const mail = await house.mailTo(client.email);
  const phone = await visit(context, browser, house, { phone: true });
  const { page, watch } = phone;

  await step("a scanner of mails follows the link many times and burns nothing", async () => {
    for (let time = 0; time < 5; time++) {
      for (const method of ["GET", "HEAD"]) {
        const answer = await fetch(house.base + mail.link, { method, redirect: "manual", headers: { "User-Agent": "SafeLinks scanner" } });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get("set-cookie"), null);
        await answer.arrayBuffer();
      }
    }
    assert.equal((await house.mailsTo(client.email)).length, 1);
  });

  await step("one tap opens her space", async () => {
    assert.equal(await openLink(page, mail, true), space);
    assert.match(await page.locator("main").innerText(), new RegExp(`${client.name}`));
    assert.equal(await page.locator(".room-password").count(), 0, "nothing is offered before she has read");
  });

  await step("she reads a PDF in the page, every one of its pages", async () => {
    await row(page, files.scan.name).getByRole("link", { name: files.scan.name, exact: true }).tap();
    const pages = page.locator(".leaves img");
    await pages.first().waitFor();
    assert.equal(await pages.count(), 3);
    assert.equal(await pages.last().getAttribute("alt"), t("ui.leaf", "3", "3"));
    for (const one of await pages.all()) {
      await one.scrollIntoViewIfNeeded();
      await until("the page is drawn", () => one.evaluate((image) => image.complete && image.naturalWidth > 1000), 30_000);
    }
  });

  await step("beside it stands its SHA-256, and what she downloads is that file", async () => {
    await page.getByText(files.scan.sha256).waitFor();
    const got = await take(page, page.locator("main").getByRole("link", { name: new RegExp(t("ui.get")) }).first());
    assert.deepEqual([got.name, got.sha256], [files.scan.name, files.scan.sha256]);
  });

  await step("she sees a picture in the page, and a letter, which she downloads", async () => {
    await page.goto(space);
    await row(page, files.picture.name).getByRole("link", { name: files.picture.name, exact: true }).tap();
    const picture = page.locator("c-picture img");
    await until("the picture is shown", () => picture.evaluate((image) => image.complete && image.naturalWidth > 600));
    await picture.tap();
    await page.locator("dialog.picture-full[open] img").waitFor();
    await page.locator("dialog.picture-full button").tap();
    await page.goto(space);
    await row(page, files.letter.name).getByRole("link", { name: files.letter.name, exact: true }).tap();
    await page.locator(".leaves img").first().waitFor({ timeout: 60_000 }); // an office takes its time
    const got = await take(page, page.locator("main").getByRole("link", { name: new RegExp(t("ui.get")) }).first());
    assert.equal(got.sha256, files.letter.sha256);
  });

  await step("a used link, a superseded one and one that never was look the same", async () => {
    const other = await visit(context, browser, house, { phone: true });
    other.watch.allow(/status of 410/);
    const unknown = mail.link.replace(/[^/]+$/, "A".repeat(43));
    const foreign = mail.link.replace(/\/l\/[^/]+/, "/l/01jd0000000000000000000000");
    const seen = [];
    for (const link of [mail.link, unknown, foreign]) {
      assert.equal((await other.page.goto(link)).status(), 410, link);
      seen.push(await words(other.page));
    }
    assert.equal(new Set(seen).size, 1, seen.join("\n"));
  });

  await step("she has a new link sent to herself; it opens, and the one before opens nothing", async () => {
    const other = await visit(context, browser, house, { phone: true });
    other.watch.allow(/status of 410/);
    await other.page.goto(mail.link);
    await button(other.page, "door.renew").tap();
    await heading(other.page, t("door.sent")).waitFor();
    const second = await house.mailTo(client.email, 2);
    assert.equal(second.subject, t("mail.renewed.subject"));
    assert.doesNotMatch(second.text, /Corail|Aubépine|convention/);
    await other.page.goto(mail.link);
    await button(other.page, "door.renew").tap();
    await heading(other.page, t("door.sent")).waitFor();
    const third = await house.mailTo(client.email, 3);
    assert.equal((await other.page.goto(second.link)).status(), 410);
    assert.equal(await openLink(other.page, third, true), space);
    assert.match(await other.page.locator(".room-password").innerText(), new RegExp(t("room.password_choose")));
    await button(other.page, "room.offer_later").tap();
    await other.page.locator(".room-password").waitFor({ state: "detached" });
    await other.page.goto(space);
    assert.equal(await other.page.locator(".room-password").count(), 0, "what she put off is not offered again");
    await other.page.close(); // her new password will end what it listens to
  });

  await step("asking for a link at the sign-in page tells nobody who is known", async () => {
    const said = [];
    for (const address of [client.email, "personne@courriel.example"]) {
      const other = await visit(context, browser, house, { phone: true });
      await other.page.goto("/signin");
      const form = other.page.locator("form[action='/signin/link']");
      await field(form, "door.email").fill(address);
      await button(form, "door.send_link").tap();
      await heading(other.page, t("door.sent")).waitFor();
      said.push(await words(other.page));
    }
    assert.equal(said[0], said[1]);
    await house.mailTo(client.email, 4);
    assert.equal((await house.mailsTo("personne@courriel.example")).length, 0);
  });

  await step("she chooses a password, signs out, and in again with it", async () => {
    await page.goto(space);
    await page.getByRole("link", { name: t("room.password_choose") }).tap();
    await unfold(page, "door.choose");
    await field(page, "door.new_password").fill(passphrase);
    await button(page, "door.choose").tap();
    await said(page, "password_chosen");
    await page.locator("c-menu summary").tap();
    await button(page, "ui.sign_out").tap();
    await page.waitForURL(/\/signin/);
    await signIn(page, { email: client.email, password: passphrase });
    assert.equal(new URL(page.url()).pathname, space, "her only space is where she stands");
    assert.equal(await page.getByRole("link", { name: t("room.password_choose") }).count(), 0);
    watch.allow(/status of 401/);
    await page.context().clearCookies();
    await page.goto("/signin");
    const form = page.locator("form[action='/signin']");
    await field(form, "door.email").fill(client.email);
    await field(form, "door.password").fill("une autre phrase que la sienne");
    await button(form, "door.do_sign_in").tap();
    await page.getByText(t("account.refused")).waitFor();
  });
});
