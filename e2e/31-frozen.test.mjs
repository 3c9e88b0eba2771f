// A firm loads the list of frozen assets, a client is like somebody on it, and her lawyer
// decides; the client's side learns nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, journey, sizes, visit } from "./browser.mjs";
import { begin, button, field, openLink, openSpace, said, t } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

/** A list in the form of the one that is published; everybody in it is invented. */
function list(published, ...people) {
  const entries = people.map(([number, first, name, year]) => ({
    IdRegistre: number, Nature: "Personne physique", Nom: name.toUpperCase(),
    RegistreDetail: [
      { TypeChamp: "PRENOM", Valeur: [{ Prenom: first }] }, { TypeChamp: "DATE_DE_NAISSANCE", Valeur: [{ Jour: "2", Mois: "4", Annee: year }] },
      { TypeChamp: "NATIONALITE", Valeur: [{ Pays: "Syldavie" }] }, { TypeChamp: "MOTIFS", Valeur: [{ Motifs: "Motif imaginaire." }] },
    ],
  }));
  return Buffer.from(JSON.stringify({ Publications: { DatePublication: `${published}T00:00:00`, PublicationDetail: entries } }));
}

test("a client who is like somebody whose assets are frozen is looked at, and learns nothing", async (context) => {
  const { house, browser, lawyer: { page, watch }, desk } = await begin(context);
  const step = journey(context, browser);
  const night = await visit(context, browser, house, { dark: true });
  const files = await folder(context);
  watch.allow(/status of 4(22|09)/);
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  const dark = async (what) => {
    await night.context.addCookies(await page.context().cookies());
    await night.page.goto(page.url());
    await look(night.page, `${what} by night`);
  };
  const load = async (name, bytes) => {
    await page.locator("#f-file").setInputFiles((await put(files, name, bytes)).path);
    await button(page, "sanction.submit").click();
  };
  let space;

  await step("the list is loaded from its file, and nothing else is taken for it", async () => {
    await page.goto(`${desk}/vigilance`);
    await page.getByRole("link", { name: t("sanction.open") }).click();
    await page.getByText(t("sanction.none_title")).waitFor();
    await look(page, "no list");
    const whole = list("2026-11-20", [7, "Khaled", "Zormani", "1961"], [8, "Paul", "Autrement", "1950"]);
    await load("coupee.json", whole.subarray(0, whole.length - 40));
    await page.getByText(t("sanction.cut")).first().waitFor();
    await look(page, "a list cut off");
    await load("autre.json", Buffer.from('{"clients": []}'));
    await page.getByText(t("sanction.other")).first().waitFor();
    await load("registre.json", whole);
    await said(page, "sanction_imported");
    await look(page, "a list");
    await dark("a list");
    await load("registre.json", list("2026-11-19", [7, "Khaled", "Zormani", "1961"]));
    await page.getByText(t("sanction.older", "19").split("{")[0].slice(0, 40)).first().waitFor();
  });

  await step("somebody without a file is looked for in it, and nothing of it stands in an address", async () => {
    await page.goto(`${desk}/sanctions`);
    await page.getByRole("link", { name: t("sanction.search") }).click();
    await look(page, "a search in the list");
    await field(page, "sanction.search_name").fill("Khalid Zourmani");
    await page.locator("#f-birth").fill("1961-04-02");
    await button(page, "sanction.search_submit").click();
    await page.getByText("Khaled ZORMANI", { exact: false }).first().waitFor();
    assert.ok(page.url().endsWith("/sanctions/search"));
    await look(page, "found in the list");
    await dark("a search in the list");
    await field(page, "sanction.search_name").fill("Sophie Petit");
    await page.locator("#f-birth").fill("");
    await button(page, "sanction.search_submit").click();
    await page.getByText(t("sanction.search_none")).waitFor();
    await look(page, "nobody in the list");
  });

  await step("a client whose name sounds alike is a line for her lawyer, who decides with a reason", async () => {
    space = await openSpace(page, desk, { name: "M. Zourmani Khalid", email: "khalid.zourmani@courriel.example" });
    await page.goto(`${space}/vigilance`);
    const identity = page.locator("#part-client");
    await identity.locator("summary").click();
    await identity.getByLabel(t("vigilance.kind.person"), { exact: true }).check();
    await field(identity, "vigilance.field.name").fill("Zourmani Khalid");
    await button(identity, "vigilance.keep.client").click();
    await said(page, "vigilance_kept");
    const line = page.locator(".room-likeness");
    for (let n = 0; n < 40 && await line.count() === 0; n++) { await page.waitForTimeout(250); await page.reload(); }
    await line.getByText(t("vigilance.frozen.open")).waitFor();
    await page.locator("#wants").getByText(t("vigilance.want.likeness")).waitFor();
    await line.locator("summary").click();
    await look(page, "a likeness");
    await line.getByLabel(t("vigilance.frozen.say.ruled_out")).check();
    await line.locator("form").first().evaluate((form) => { form.noValidate = true; }); // the server's own answer
    await button(line, "vigilance.frozen.decide").click();
    await page.getByText(t("vigilance.why_missing")).first().waitFor();
    assert.ok(await page.locator(".room-likeness").getByLabel(t("vigilance.frozen.say.ruled_out")).isChecked(), "what was chosen comes back");
    await look(page, "a decision without a reason");
    await field(line, "vigilance.frozen.why").fill("Né à Lyon en 1988, de nationalité française.");
    await button(line, "vigilance.frozen.decide").click();
    await said(page, "likeness_decided");
    await line.getByText(t("vigilance.frozen.ruled_out"), { exact: true }).waitFor();
    await button(line, "vigilance.frozen.undo").click();
    await said(page, "likeness_decided");
    await line.locator("summary").click();
    await line.getByLabel(t("vigilance.frozen.say.confirmed")).check();
    await field(line, "vigilance.frozen.why").fill("Le passeport porte le même numéro.");
    await button(line, "vigilance.frozen.decide").click();
    await said(page, "likeness_decided");
    await page.getByText("CMF, art. L. 562-4").first().waitFor();
    await look(page, "a likeness confirmed");
    await dark("a likeness confirmed");
  });

  await step("the client sees nothing of it", async () => {
    const client = await visit(context, browser, house);
    client.watch.allow(/status of 40[34]/);
    const mail = await house.mailTo("khalid.zourmani@courriel.example");
    await openLink(client.page, mail);
    assert.doesNotMatch(await client.page.content(), /gels|avoirs|Zormani|vigilance/i, "nothing of frozen assets");
    const answer = await client.page.goto(`${space}/vigilance`);
    assert.ok([403, 404].includes(answer.status()), "the dossier is not there");
  });
});
