// An absence that who administers the firm announces for somebody who is ill: a colleague
// stands in for her and sees her space, whose client reads who answers; it ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, openLink, openSpace, passphrase, said, t } from "./gesture.mjs";

test("a colleague stands in for somebody who is ill", async (context) => {
  const { step, lawyer, desk, house, browser } = await begin(context);
  const { page } = lawyer;
  const ill = { name: "Me Yann Ortie", email: "yann@aubepine.example", role: "lawyer" };
  const deputy = { name: "Me Iris Mélisse", email: "iris@aubepine.example", role: "colleague" };
  const client = { name: "M. Paul Ambre", email: "paul.ambre@courriel.example" };
  let space;

  await step("a lawyer has a space of his own, which neither the administrator nor the colleague enters", async () => {
    for (const who of [ill, deputy]) {
      await page.goto(`${desk}/people`);
      await field(page, "desk.people.name").fill(who.name);
      await field(page, "desk.people.email").fill(who.email);
      await page.locator(`input[name=role][value=${who.role}]`).check();
      await button(page, "desk.people.submit").click();
      await said(page, "colleague_added");
      who.visitor = await visit(context, browser, house, { phone: who === deputy });
      await who.visitor.page.goto((await house.mailTo(who.email)).link);
      await field(who.visitor.page, "door.new_password").fill(passphrase);
      await button(who.visitor.page, "door.do_choose").click();
      await who.visitor.page.waitForURL(new RegExp(`${desk}\\?`));
    }
    space = await openSpace(ill.visitor.page, desk, client);
    for (const who of [page, deputy.visitor.page]) assert.equal((await who.request.get(space)).status(), 404);
  });

  await step("the administrator announces his absence, and learns of no space by it", async () => {
    await page.goto(`${desk}/people`);
    await page.getByRole("link", { name: ill.name, exact: true }).click();
    await page.getByRole("link", { name: t("desk.colleague.absence_do"), exact: true }).click();
    await field(page, "absence.other_deputy").waitFor();
    assert.deepEqual(await field(page, "absence.other_deputy").locator("option").allInnerTexts(), [t("absence.choose"), deputy.name]);
    const day = (days) => new Date(Date.now() + days * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });
    await field(page, "absence.other_deputy").selectOption({ label: deputy.name });
    await field(page, "absence.first").fill(day(0));
    await field(page, "absence.last").fill(day(5));
    await button(page, "absence.submit").click();
    await said(page, "absence_announced");
    await page.locator("#absences").getByText(t("absence.runs"), { exact: true }).waitFor();
    await inspect(page, "an absence that is announced for somebody");
    assert.doesNotMatch(await page.locator("main").innerText(), /Ambre/);
    assert.equal((await page.request.get(space)).status(), 404);
  });

  await step("the colleague sees the space from her desk, and its client whom to ask", async () => {
    const hers = deputy.visitor.page;
    await hers.goto(desk);
    await hers.getByText(`Vous remplacez ${ill.name}`).waitFor();
    await inspect(hers, "the desk of who stands in");
    await hers.getByRole("link", { name: client.name }).first().click();
    await hers.waitForURL((url) => url.pathname === space);
    await hers.locator("c-upload#upload[data-ready]").waitFor();
    await narrow(hers, "the space of who is away, on a phone");
    const outside = await visit(context, browser, house, { phone: true });
    await openLink(outside.page, await house.mailTo(client.email));
    await outside.page.getByText(`${deputy.name} vous répond`).waitFor();
    await inspect(outside.page, "a client whose lawyer is away");
  });

  await step("the administrator ends it, and the colleague is out of the space", async () => {
    deputy.visitor.watch.allow(/status of 404|Status Error Code 404/); // her open page asks again, and finds nothing
    await page.locator("#absences").getByRole("button", { name: t("absence.end"), exact: true }).click();
    await page.locator("dialog[open]").getByRole("button", { name: t("absence.end"), exact: true }).click();
    await said(page, "absence_ended");
    assert.equal(await page.getByText(t("absence.runs"), { exact: true }).count(), 0);
    assert.equal((await deputy.visitor.page.request.get(space)).status(), 404);
    await ill.visitor.page.goto(space);
    await ill.visitor.page.waitForURL((url) => url.pathname === space);
  });
});
