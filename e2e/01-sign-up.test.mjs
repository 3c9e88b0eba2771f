// A new lawyer signs her firm up in one form and stands in her empty firm,
// which teaches her the first gesture.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, journey, visit } from "./browser.mjs";
import { button, field, heading, passphrase, said, signIn, signUp, t } from "./gesture.mjs";
import { House } from "./house.mjs";

const founder = { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" };

test("a lawyer opens her firm", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page, watch } = await visit(context, browser, house);
  let desk;

  await step("the home page says what this is and leads to the form", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: t("home.sign_up") }).first().click();
    await heading(page, t("door.sign_up")).waitFor();
    const frame = await page.locator(".head, .foot").allInnerTexts();
    assert.doesNotMatch(frame.join(" "), /\{|\bfalse\b/, "the frame of the page shows a value of the program");
  });

  await step("a refused form comes back filled, each error beside its field", async () => {
    watch.allow(/status of 422/);
    await field(page, "door.firm").fill(founder.firm);
    await field(page, "door.work_email").fill("nora sans arobase");
    await field(page, "door.new_password").fill("courte");
    await page.locator("form[action='/signup']").evaluate((form) => { form.noValidate = true; }); // the server's own answer
    await button(page, "door.do_sign_up").click();
    await page.locator(".field-bad").first().waitFor();
    assert.equal(await field(page, "door.firm").inputValue(), founder.firm);
    assert.equal(await field(page, "door.work_email").inputValue(), "nora sans arobase");
    assert.equal(await field(page, "door.new_password").inputValue(), "", "a password never comes back");
    for (const key of ["door.name", "door.work_email", "door.new_password"]) {
      const described = await field(page, key).getAttribute("aria-describedby");
      const errors = await page.locator(described.split(" ").map((id) => `#${id}.field-error`).join(",")).allInnerTexts();
      assert.equal(errors.length, 1, `one error beside ${t(key)}`);
      const above = await page.locator(`.summary a[href='#${await field(page, key).getAttribute("id")}']`).innerText();
      assert.ok(errors[0].endsWith(above), `above the form stands the same: ${above}`);
    }
  });

  await step("four answers open the firm, signed in", async () => {
    desk = await signUp(page, founder);
    await said(page, "firm_opened");
    assert.match(await page.getByRole("banner").innerText(), new RegExp(founder.firm));
  });

  await step("the empty firm teaches the first gesture and nothing else", async () => {
    await heading(page, t("desk.first.title")).waitFor();
    await page.getByRole("link", { name: t("desk.open") }).click();
    await heading(page, t("desk.open")).waitFor();
    assert.equal(new URL(page.url()).pathname, `${desk}/spaces/new`);
  });

  await step("she is welcomed by one mail that names nobody", async () => {
    const mail = await house.mailTo(founder.email);
    assert.equal(mail.subject, t("mail.welcome.subject"));
    assert.doesNotMatch(mail.text, /Nora|Aubépine/);
  });

  await step("the same address cannot open a second firm, and is told how to go on", async () => {
    const other = await visit(context, browser, house);
    other.watch.allow(/status of 4(09|22)/);
    await other.page.goto("/signup");
    await field(other.page, "door.firm").fill("Autre cabinet");
    await field(other.page, "door.name").fill("Me Nora Aubépine");
    await field(other.page, "door.work_email").fill(founder.email);
    await field(other.page, "door.new_password").fill(passphrase);
    await button(other.page, "door.do_sign_up").click();
    await other.page.getByText(t("account.unusable")).first().waitFor();
  });

  await step("she signs out, and in again with her password", async () => {
    await page.goto(desk);
    await page.locator("c-menu summary").click();
    await button(page, "ui.sign_out").click();
    await page.waitForURL(/\/signin/);
    await page.goto(desk);
    assert.match(page.url(), /\/signin\?next=/, "a closed session opens nothing");
    await signIn(page, { email: founder.email, password: passphrase });
    assert.equal(new URL(page.url()).pathname, desk);
  });
});
