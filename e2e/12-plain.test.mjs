// Without script: signing in, reading, depositing, closing. By the keyboard
// alone: signing in and writing a memo.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, journey, narrow, visit } from "./browser.mjs";
import { button, field, heading, n, openLink, passphrase, row, said, signIn, t, take, unfold } from "./gesture.mjs";
import { House, folder } from "./house.mjs";
import { put } from "./paper.mjs";

test("everything necessary works without script", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page } = await visit(context, browser, house, { phone: true, script: false });
  const papers = await folder(context);
  const files = [
    await put(papers, "Livret de famille (1).txt", Buffer.from("un livret")),
    await put(papers, "Pièce n° 3 — été 2024 (définitif) .txt", Buffer.from("une pièce")),
  ];
  let space;

  await step("the client opens her link and sees what awaits her", async () => {
    space = await openLink(page, await house.mailTo(house.person("sophie").email));
    assert.match(await page.locator("#waits").innerText(), new RegExp(n("room.expected", 4)));
    await narrow(page, "the client's space without script");
    for (const dead of await page.locator(".js-only").all()) assert.equal(await dead.isVisible(), false, "a button that needs a script is not shown");
  });

  await step("she reads: the document is one link away, whole", async () => {
    await row(page, "Projet de convention de divorce.pdf").getByRole("link").first().click();
    await heading(page, "Projet de convention de divorce.pdf").first().waitFor();
    const sum = await page.locator(".hash code").innerText();
    const got = await take(page, page.locator("main").getByRole("link", { name: new RegExp(t("ui.get")) }).first());
    assert.equal(got.sha256, sum);
  });

  await step("she answers by a plain form", async () => {
    await page.goto(space);
    const form = await unfold(page, "room.compose");
    await field(form, "room.subject").fill("Une question");
    await field(form, "room.body").fill("Faut-il signer chaque page ?");
    await button(form, "room.send_firm").click();
    await said(page, "memo_sent");
    await page.getByText("Faut-il signer chaque page ?").waitFor();
  });

  await step("she deposits several files by a plain form", async () => {
    await page.goto(space);
    const form = page.locator("c-upload#upload form");
    await form.locator("input[type=file]").setInputFiles(files.map(({ path }) => path));
    await button(form, "ui.deposit").click();
    await said(page, "deposited");
    for (const { name } of files) assert.equal(await page.locator("#deposit").getByText(name).count(), 1, name);
  });

  await step("sending nothing says so", async () => {
    const form = page.locator("c-upload#upload form");
    await button(form, "ui.deposit").click();
    await said(page, "nothing_chosen");
  });

  await step("she ends her deposit, after reading what will follow, and has her receipt", async () => {
    const basket = page.locator("#deposit");
    await basket.locator("details summary").click();
    await button(basket, "room.close.confirm").last().click();
    await said(page, "deposit_closed");
    const text = await page.locator(".receipt").innerText();
    for (const { name, sha256 } of files) assert.ok(text.includes(name) && text.includes(sha256), name);
    assert.ok(text.includes(n("ui.receipt_total", 2, "").split(",")[0]));
    await narrow(page, "a receipt without script");
  });

  await step("she chooses a password and signs in with it", async () => {
    await page.goto("/account");
    await unfold(page, "door.choose");
    await field(page, "door.new_password").fill(passphrase);
    await button(page, "door.choose").click();
    await said(page, "password_chosen");
    await page.context().clearCookies();
    await signIn(page, { email: house.person("sophie").email, password: passphrase });
    assert.equal(new URL(page.url()).pathname, space);
  });

  await step("the lawyer works without script too", async () => {
    const lawyer = await visit(context, browser, house, { script: false });
    await signIn(lawyer.page, house.person("claire"));
    await lawyer.page.goto(space);
    assert.equal(await row(lawyer.page, files[0].name).count(), 1);
    const form = lawyer.page.locator("c-upload#upload form");
    await form.locator("input[type=file]").setInputFiles((await put(papers, "Réponse.txt", Buffer.from("une réponse"))).path);
    await button(form, "ui.deposit").click();
    await said(lawyer.page, "deposited");
    assert.match(await row(lawyer.page, "Réponse.txt").innerText(), new RegExp(t("ui.internal")));
  });
});

test("the keyboard alone is enough", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page } = await visit(context, browser, house);
  const lawyer = house.person("claire");

  /** Moves on by the Tab key until what is focused is this; it must show that it is. */
  const reach = async (what) => {
    for (let presses = 0; presses < 150; presses++) {
      await page.keyboard.press("Tab");
      if (await what.evaluate((one) => one === document.activeElement)) {
        const seen = await what.evaluate((one) => {
          const shown = [one, one.closest("label"), one.closest("li, th")].filter(Boolean).map((part) => getComputedStyle(part));
          return shown.some(({ outlineStyle, outlineWidth, boxShadow }) => (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none");
        });
        assert.ok(seen, "the focus is visible");
        return;
      }
    }
    assert.fail(`${what} cannot be reached by the keyboard`);
  };

  await step("she signs in", async () => {
    await page.goto("/signin");
    await page.keyboard.type(lawyer.email); // the first field has the focus
    await page.keyboard.press("Tab");
    await page.keyboard.type(lawyer.password);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/f\//);
  });

  await step("she skips to the content and enters a space", async () => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.activeElement.id === "main" || location.hash === "#main"));
    await reach(page.locator("#spaces").getByRole("link", { name: "Mme Sophie Petit" }));
    await page.keyboard.press("Enter");
    await heading(page, "Mme Sophie Petit").first().waitFor();
  });

  await step("she writes a memo and sends it", async () => {
    await reach(page.locator("summary").filter({ hasText: t("room.compose") }));
    await page.keyboard.press("Enter");
    await reach(field(page.locator("#compose"), "room.subject"));
    await page.keyboard.type("Par le clavier");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Sans souris.");
    await reach(page.locator("#compose .circles input:checked"));
    await page.keyboard.press("ArrowUp");
    await reach(button(page.locator("#compose"), "room.send"));
    await page.keyboard.press("Enter");
    await said(page, "memo_sent");
    await heading(page, "Par le clavier").waitFor();
  });

  await step("Ctrl and Enter send what is being written; the menu of her account obeys the arrows", async () => {
    await page.goto(page.url().replace(/[?#].*/, ""));
    await page.locator("summary").filter({ hasText: t("room.compose") }).press("Enter");
    await field(page.locator("#compose"), "room.subject").fill("Plus vite");
    await field(page.locator("#compose"), "room.body").fill("D’un geste.");
    await field(page.locator("#compose"), "room.body").press("Control+Enter");
    await said(page, "memo_sent");
    await page.locator("c-menu summary").press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("c-menu details").evaluate((fold) => fold.open), false);
  });
});
