// Dires: what a party observes before the expert, cut into numbered points, filed before
// all, and answered point by point.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, invite, makeParty, openLink, said, t } from "./gesture.mjs";
import { n } from "./words.mjs";

const pictures = process.env.E2E_PICTURES;

async function look(page, name) {
  if (!pictures) return;
  const was = page.viewportSize();
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(was);
}

test("a dire is written, read again, filed and answered point by point", async (context) => {
  const { step, lawyer, space, house, browser } = await begin(context);
  const { page } = lawyer;
  lawyer.watch.allow(/status of 422/);
  const people = {
    roux: { name: "Me Anne Roux", email: "roux@ouvrage.example", party: "Maître d’ouvrage" },
    noir: { name: "Me Paul Noir", email: "noir@durtain.example", party: "Entreprise Durtain" },
  };

  await step("the lawyer opens an assessment to two parties", async () => {
    for (const who of Object.values(people)) {
      await invite(page, space, who);
      await makeParty(page, space, who);
    }
    await page.goto(`${space}/dires`);
    await inspect(page, "no dires yet");
    await look(page, "dires-empty");
    await page.getByLabel(t("dire.day_label")).fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
    await button(page, "dire.day_set").click();
    await said(page, "dire_day");
  });

  const roux = await visit(context, browser, house, { phone: true }), noir = await visit(context, browser, house);
  let one;
  await step("a lawyer writes a dire on her phone, reads how it is cut, and files it", async () => {
    await openLink(roux.page, await house.mailTo(people.roux.email));
    await openLink(noir.page, await house.mailTo(people.noir.email));
    await roux.page.getByRole("link", { name: t("dire.title"), exact: true }).click();
    await roux.page.getByRole("link", { name: t("dire.write"), exact: true }).click();
    await inspect(roux.page, "a dire to be written");
    await field(roux.page, "dire.text").fill("Monsieur l’Expert,\n1. Le mur nord était fissuré avant les travaux.\n2. Le devis oublie l’étanchéité.\nIl faut la chiffrer.\n3. Le retard n’est pas de notre fait.");
    await button(roux.page, "dire.review").click();
    await said(roux.page, "dire_saved");
    assert.equal(await roux.page.locator(".dire-split li").count(), 3);
    await narrow(roux.page, "a dire that is read again, on a phone");
    await inspect(roux.page, "a dire that is read again");
    await look(roux.page, "dire-review");
    await noir.page.goto(`${space}/dires`);
    assert.doesNotMatch(await noir.page.locator("main").innerText(), /mur nord/);
    await roux.page.locator("#review").getByRole("button", { name: t("dire.file"), exact: true }).first().click();
    await roux.page.locator("dialog[open]").getByRole("button", { name: t("dire.file"), exact: true }).click();
    await said(roux.page, "dire_filed");
    one = new URL(roux.page.url()).pathname;
    await inspect(roux.page, "a dire that was filed, as its party sees it");
  });

  await step("the firm finds what is open, answers in two sittings, and all read it", async () => {
    await page.goto(space);
    await page.locator("#waits").getByRole("link", { name: n("room.wait.settle.dire", 3) }).click();
    await inspect(page, "open dires");
    await look(page, "dires-open");
    await page.locator("#dires-open a").first().click();
    await page.getByLabel(t("dire.verdict", "1")).selectOption("refused");
    await page.getByLabel(t("dire.answer", "1")).fill("Les photographies montrent le contraire.");
    await page.getByLabel(t("dire.answer", "2")).fill("À vérifier");
    await inspect(page, "a dire that is answered");
    await look(page, "dire-answer");
    await button(page, "dire.publish").click();
    await page.getByText(t("dire.verdict_missing", "2"), { exact: true }).first().waitFor();
    await look(page, "dire-refused");
    await page.getByLabel(t("dire.answer", "2")).fill("");
    await button(page, "dire.publish").click();
    await said(page, "answers_published");
    for (const at of [roux.page, noir.page]) {
      await at.goto(one);
      await at.getByText("Les photographies montrent le contraire.", { exact: true }).waitFor();
      assert.equal(await at.getByText(t("dire.state.open"), { exact: true }).count(), 2);
    }
    await narrow(roux.page, "a dire with an answer, on a phone");
    await inspect(roux.page, "a dire with an answer");
    await look(roux.page, "dire-answered");
  });

  await step("her last dire recalls one point, and gives up what it does not", async () => {
    await roux.page.goto(`${space}/dires/draft`);
    await field(roux.page, "dire.text").fill("Le retard tient aux intempéries.");
    await field(roux.page, "dire.recap").check();
    await roux.page.locator("label", { hasText: "1.3" }).getByRole("checkbox").check();
    await inspect(roux.page, "a last dire to be written");
    await look(roux.page, "dire-recap");
    await button(roux.page, "dire.review").click();
    await roux.page.locator("#review .notice li").first().waitFor();
    assert.equal(await roux.page.locator("#review .notice li").count(), 2);
    await look(roux.page, "dire-gives-up");
    await roux.page.locator("#review").getByRole("button", { name: t("dire.file"), exact: true }).first().click();
    await roux.page.locator("dialog[open]").getByRole("button", { name: t("dire.file"), exact: true }).click();
    await said(roux.page, "dire_filed");
    await page.goto(`${space}/dires`);
    await inspect(page, "all dires");
    await look(page, "dires-all");
    const [paper] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: t("dire.paper_get") }).click()]);
    assert.equal((await readFile(await paper.path())).subarray(0, 5).toString(), "%PDF-");
    if (pictures) await paper.saveAs(join(pictures, "dires.pdf"));
    await page.goto(`${space}/register`);
    assert.match(await page.locator("[aria-labelledby=dires]").innerText(), /Entreprise Durtain/);
    await inspect(page, "the register with dires");
    await look(page, "dires-register");
  });
});
