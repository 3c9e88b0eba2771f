// She opens a space for a client in one form, and adds a colleague and an
// assistant. The mails that leave name nobody and nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { begin, button, field, heading, like, n, passphrase, said, t } from "./gesture.mjs";

const team = [
  { name: "Me Yann Ortie", email: "yann@aubepine.example", role: "colleague", there: "colleague" },
  { name: "Zoé Mélisse", email: "zoe@aubepine.example", role: "assistant", there: "assistant" },
];

test("a space is opened, with its people", async (context) => {
  const { house, browser, step, lawyer, founder, client, desk, space } = await begin(context);
  const { page, watch } = lawyer;

  await step("a refused form comes back filled", async () => {
    watch.allow(/status of 422/);
    await page.goto(`${desk}/spaces/new`);
    await field(page, "desk.new.name").fill("M. Sans Adresse");
    await field(page, "desk.new.email").fill("pas une adresse");
    await page.locator("form[action$='/spaces/new']").evaluate((form) => { form.noValidate = true; });
    await button(page, "desk.new.submit").click();
    await page.locator(".summary").waitFor();
    assert.equal(await field(page, "desk.new.name").inputValue(), "M. Sans Adresse");
    assert.equal(await field(page, "desk.new.email").inputValue(), "pas une adresse");
    assert.ok(await page.locator(".field-bad").count() >= 2, "the address and the model are both wrong");
  });

  await step("the space stands with its circles, its empty shelves and its matter", async () => {
    await page.goto(space);
    await heading(page, client.name).waitFor();
    for (const kind of ["firm", "client", "all"]) {
      await page.locator(".circles strong", { hasText: t(`circle.kind.${kind}`) }).first().waitFor();
    }
    await page.getByText(t("room.empty.firm.firm")).waitFor();
    await page.getByText(t("room.empty.firm.client")).waitFor();
    assert.match(await page.locator(".page-head").innerText(), new RegExp(t("space.model.divorce")));
  });

  await step("the client receives one mail, which names nobody but the firm that sends it", async () => {
    const mail = await house.mailTo(client.email);
    assert.equal(mail.subject, t("mail.opened.subject"));
    assert.equal(mail.from, founder.firm);
    assert.doesNotMatch(`${mail.subject} ${mail.text}`, /Corail|Lise|Nora|Aubépine|divorce/i);
    assert.match(mail.link, /^\/l\//);
    assert.equal((await house.mailsTo(client.email)).length, 1);
  });

  for (const { name, email, role } of team) {
    await step(`${name} joins the firm by one form, and chooses a password behind the link of one mail`, async () => {
      await page.goto(`${desk}/people`);
      await field(page, "desk.people.name").fill(name);
      await field(page, "desk.people.email").fill(email);
      await page.getByLabel(t(`desk.role.${role}`)).check();
      await button(page, "desk.people.submit").click();
      await said(page, "colleague_added");
      await heading(page, n("desk.people.count", team.findIndex((one) => one.email === email) + 2)).waitFor();
      const mail = await house.mailTo(email);
      assert.equal(mail.subject, t("mail.invited.subject"));
      assert.doesNotMatch(`${mail.subject} ${mail.text}`, /Aubépine|Nora|Ortie|Mélisse/);
      const guest = await visit(context, browser, house);
      await guest.page.goto(mail.link);
      await field(guest.page, "door.new_password").fill(passphrase);
      await button(guest.page, "door.do_choose").click();
      await guest.page.waitForURL(new RegExp(`${desk}\\?`));
      assert.doesNotMatch(await guest.page.locator("main").innerText(), new RegExp(client.name), "being in the firm opens no space");
      guest.watch.allow(/status of 404/);
      assert.equal((await guest.page.goto(space)).status(), 404);
    });
  }

  await step("she lets both into the space; nobody else is in it", async () => {
    for (const { name } of team) {
      await page.goto(`${space}/people`);
      await field(page, "room.colleague.who").selectOption({ label: name });
      await button(page, "room.colleague.add").click();
      await said(page, "member_added");
    }
    const members = await page.locator(".room-member").allInnerTexts();
    assert.equal(members.length, 4);
    for (const { name, there } of team) {
      const line = members.find((text) => text.includes(name));
      assert.match(line, new RegExp(t(`space.role.${there}`)));
      assert.match(line, new RegExp(t("circle.kind.firm")));
    }
    assert.match(members.find((text) => text.includes(client.name)), new RegExp(`${t("space.role.client")}.*${t("circle.kind.client")}`, "s"));
  });

  await step("whoever leaves has no access from that moment", async () => {
    await page.goto(`${space}/people`);
    const line = page.locator(".room-member").filter({ hasText: team[1].name });
    await button(line, "room.remove.opener").click();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), like("room.remove.title"));
    await button(dialog, "room.remove.confirm").click();
    await said(page, "member_removed");
    assert.equal(await page.locator(".room-member").filter({ hasText: team[1].name }).getByRole("button").count(), 0);
  });
});
