// « Geler mon espace »: a client reads on her telephone who opened her space,
// freezes it without any script, and finds it again when her lawyer has opened it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, narrow, visit } from "./browser.mjs";
import { button, field, heading, openLink, row, said, signIn, t } from "./gesture.mjs";
import { House } from "./house.mjs";

test("a client freezes her space and her lawyer opens it again", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const lawyer = await visit(context, browser, house);
  const client = await visit(context, browser, house, { phone: true, script: false });
  for (const { watch } of [lawyer, client]) watch.allow(/status of 4(04|22)/);
  const sophie = house.person("sophie");
  let space, draft;

  await step("she opens a document, and reads that she did", async () => {
    space = await openLink(client.page, await house.mailTo(sophie.email));
    draft = row(client.page, "Projet de convention de divorce.pdf").getByRole("link").first();
    draft = await draft.getAttribute("href");
    assert.equal((await client.page.request.get(`${draft}/file`)).status(), 200);
    await client.page.goto(space);
    await client.page.getByRole("link", { name: t("room.access.link.client") }).click();
    await heading(client.page, t("room.access.title.client")).waitFor();
    const lines = await client.page.locator("#openings").innerText();
    assert.match(lines, new RegExp(`${t("room.access.act.document.downloaded")}\\s+Projet de convention de divorce.pdf\\s+${t("room.you")}, `));
    await narrow(client.page, "who opened her space");
  });

  await step("she freezes it by two gestures", async () => {
    await client.page.locator("#freeze-part summary").click();
    assert.match(await client.page.locator("#freeze-part").innerText(), /plus aucune personne extérieure/);
    await client.page.locator("#freeze-part details button[type=submit]").click();
    await client.page.waitForURL(/\/account\?done=own_space_frozen/);
    assert.match(await client.page.locator("#flash").innerText(), /Appelez votre avocat/);
    for (const path of [space, draft, `${draft}/file`, `${space}/access`]) {
      assert.equal((await client.page.request.get(path)).status(), 404, path);
    }
    await client.page.goto(space);
    assert.doesNotMatch(await client.page.locator("main").innerText(), /gelé/i, "it looks like what does not exist");
  });

  await step("the lawyer is told, and opens it again once she has called", async () => {
    const told = await house.mailTo(house.person("claire").email);
    assert.equal(told.subject, t("mail.frozen.subject"));
    await signIn(lawyer.page, house.person("claire"));
    await lawyer.page.goto(space);
    await lawyer.page.getByRole("link", { name: t("room.freeze.see") }).click();
    await heading(lawyer.page, t("room.access.title.firm")).waitFor();
    await inspect(lawyer.page, "a frozen space");
    await button(lawyer.page, "room.freeze.thaw").click();
    const why = field(lawyer.page, "room.freeze.reason");
    await why.fill("Mme Petit a rappelé : elle a retrouvé son téléphone.");
    await button(lawyer.page, "room.freeze.thaw").click();
    await said(lawyer.page, "space_thawed");
    assert.equal((await client.page.request.get(`${draft}/file`)).status(), 200);
  });
});
