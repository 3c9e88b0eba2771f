// Somebody who was invited at two addresses keeps one of them: she shows both in her
// browser, sees what passes, its mailbox agrees, and all is found with the one she keeps.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, heading, openLink, openSpace, passphrase, said, signIn, signUp, t } from "./gesture.mjs";
import { House } from "./house.mjs";
import { n } from "./words.mjs";

const kept = "claire.petit@exemple.fr", former = "c.petit@travail.example";

test("two accesses of one person become one", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const lawyer = await visit(context, browser, house);
  const { page, watch } = await visit(context, browser, house);
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  let first, second;

  await step("she is a client at two addresses, and has a password at one", async () => {
    const desk = await signUp(lawyer.page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" });
    first = await openSpace(lawyer.page, desk, { name: "Claire Petit", email: kept });
    second = await openSpace(lawyer.page, desk, { name: "Petit et associés", email: former });
    await openLink(page, await house.mailTo(former));
    await page.goto("/account/merge");
    await page.getByText(t("door.merge.linked"), { exact: true }).waitFor();
    await look(page, "who came by a link");
    await openLink(page, await house.mailTo(kept));
    await page.goto("/account");
    await page.locator("section", { has: heading(page, t("door.password")) }).locator("summary").click();
    await field(page, "door.new_password").fill(passphrase);
    await button(page, "door.choose").click();
    await said(page, "password_chosen");
  });

  await step("she shows the one that she keeps, and the other one in the same browser", async () => {
    await page.getByRole("link", { name: t("door.merge.see") }).click();
    await look(page, "before the first step");
    await button(page, "door.merge.start").click();
    await heading(page, t("door.merge.title.shown")).waitFor();
    await page.getByText(kept, { exact: true }).first().waitFor();
    await look(page, "the first is shown");
    await page.getByRole("link", { name: t("door.merge.other"), exact: true }).click();
    await page.waitForURL(/\/signin/);
    await page.locator("form[action='/signin/link']").getByLabel(t("door.email"), { exact: true }).fill(former);
    await page.locator("form[action='/signin/link'] button").click();
    await openLink(page, await house.mailTo(former, 2));
    await page.goto("/account/merge");
    await page.getByText(n("door.merge.spaces", 1), { exact: true }).waitFor();
    for (const one of [kept, former]) await page.getByText(one, { exact: true }).first().waitFor();
    await look(page, "what passes");
  });

  await step("she decides, and her browser is out with the one that has ended", async () => {
    await button(page, "door.merge.confirm").click();
    await page.getByRole("dialog").getByText(t("door.merge.confirm_then", kept), { exact: true }).waitFor();
    await look(page, "the question");
    await page.getByRole("dialog").getByRole("button", { name: t("door.merge.confirm"), exact: true }).click();
    await heading(page, t("door.merge.title.done")).waitFor();
    await look(page, "it is done");
    watch.allow(/status of 4(01|04)/);
    await page.goto("/account");
    await page.waitForURL(/\/signin/);
  });

  await step("all is found with the one that she keeps, and both mailboxes are told", async () => {
    await signIn(page, { email: kept, password: passphrase });
    for (const space of [first, second]) {
      await page.goto(space);
      await page.locator("main h1").waitFor();
      assert.equal(new URL(page.url()).pathname, space);
    }
    for (const [email, count] of [[kept, 2], [former, 3]]) {
      const mail = await house.mailTo(email, count);
      assert.equal(mail.subject, t("mail.identity_ended.subject"));
    }
    await lawyer.page.goto(`${second}/people`);
    await look(lawyer.page, "the people of the space");
    await lawyer.page.goto(`${second}/journal`);
    await lawyer.page.getByText(t("room.act.identity.merged")).first().waitFor();
    await look(lawyer.page, "the journal of the space");
  });
});
