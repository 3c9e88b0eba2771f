// She deposits from her phone, ends with « J'ai terminé », and keeps a receipt
// that is verified when the house and its data are gone.
import assert from "node:assert/strict";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { begin, button, field, heading, like, n, openLink, passphrase, row, said, send, signIn, t, take } from "./gesture.mjs";
import { command, folder, until } from "./house.mjs";
import { photograph, put, scan } from "./paper.mjs";

test("a deposit ends with one receipt and one notice", async (context) => {
  const { house, browser, step, lawyer, founder, client, desk, space } = await begin(context);
  const colleague = { name: "Me Yann Ortie", email: "yann@aubepine.example" };
  const papers = await folder(context);
  const picture = await photograph(browser, 300_000);
  const files = [
    await put(papers, "Livret de famille.jpg", picture),
    await put(papers, "Bulletin de paie – octobre.pdf", scan(picture)),
    await put(papers, "Relevé.txt", Buffer.from("solde : 12,50 €")),
  ];
  const late = await put(papers, "Oubliée.txt", Buffer.from("une pièce de plus"));
  const phone = await visit(context, browser, house, { phone: true });
  const { page } = phone;
  let proof;

  await step("a colleague works in the space too", async () => {
    const office = lawyer.page;
    await office.goto(`${desk}/people`);
    await field(office, "desk.people.name").fill(colleague.name);
    await field(office, "desk.people.email").fill(colleague.email);
    await office.getByLabel(t("desk.role.colleague")).check();
    await button(office, "desk.people.submit").click();
    await said(office, "colleague_added");
    await office.goto(`${space}/people`);
    await field(office, "room.colleague.who").selectOption({ label: colleague.name });
    await button(office, "room.colleague.add").click();
    await said(office, "member_added");
    const guest = await visit(context, browser, house);
    await guest.page.goto((await house.mailTo(colleague.email)).link);
    await field(guest.page, "door.new_password").fill(passphrase);
    await button(guest.page, "door.do_choose").click();
    await guest.page.waitForURL(/done=password_chosen/);
  });

  await step("several papers are deposited at once from a phone, which offers its camera", async () => {
    await openLink(page, await house.mailTo(client.email), true);
    await button(page, "ui.photograph").waitFor();
    const sums = await send(page, files);
    assert.deepEqual(sums, files.map(({ sha256 }) => sha256));
  });

  await step("the page counts them, without being loaded again", async () => {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    await until("the basket holds all of them", async () => like("room.basket").test(await page.locator("#deposit").innerText())
      && await page.locator("#deposit .doc").count() === files.length);
    assert.ok(total > 0 && await page.locator(".transfer[data-state=done]").count() === files.length, "no upload was interrupted by another's arrival");
  });

  await step("the firm is not disturbed before she has finished", async () => {
    assert.equal((await house.mailsTo(founder.email)).filter(({ subject }) => subject === t("mail.deposit.subject")).length, 0);
  });

  await step("« J'ai terminé » says what will follow, and answers with receipt no. 1", async () => {
    await button(page, "room.close.opener").tap();
    const dialog = page.getByRole("dialog");
    assert.match(await dialog.innerText(), new RegExp(founder.firm), "she is told who will be notified");
    await button(dialog, "room.close.confirm").tap();
    await said(page, "deposit_closed");
    await heading(page, /1$/).waitFor();
    const text = await page.locator(".receipt").innerText();
    for (const { name, sha256 } of files) {
      assert.ok(text.includes(name), name);
      assert.ok(text.includes(sha256), sha256);
    }
    assert.ok(text.includes(client.name) && text.includes(founder.firm));
    assert.match(text, like("ui.receipt_total"));
    for (const value of await page.locator(".receipt dd").allInnerTexts()) assert.notEqual(value.trim(), "", "no line of the receipt is empty");
  });

  await step("each of the firm's responsible people gets one notice, which names nobody", async () => {
    for (const { email } of [founder, colleague]) {
      const notices = await until(`the notice to ${email}`, async () => {
        const found = (await house.mailsTo(email)).filter(({ subject }) => subject === t("mail.deposit.subject"));
        return found.length > 0 && found;
      });
      assert.equal(notices.length, 1);
      assert.doesNotMatch(notices[0].text, /Corail|Livret|Bulletin/);
    }
  });

  await step("the firm finds the papers and the receipt in the space", async () => {
    await lawyer.page.goto(space);
    for (const { name } of files) assert.equal(await row(lawyer.page, name).count(), 1, name);
    await lawyer.page.getByRole("link", { name: like("room.receipt_of") }).click();
    await heading(lawyer.page, /1$/).waitFor();
  });

  await step("she keeps the proof; another deposit has the next number", async () => {
    const got = await take(page, page.getByRole("link", { name: t("ui.receipt_get") }));
    proof = join(papers, got.name);
    await copyFile(got.path, proof);
    await page.goto(space);
    await send(page, [late]);
    await button(page, "room.close.opener").tap();
    await button(page.getByRole("dialog"), "room.close.confirm").tap();
    await heading(page, /2$/).waitFor();
    const text = await page.locator(".receipt").innerText();
    assert.ok(text.includes(late.name) && !text.includes(files[0].name), "the second receipt holds the second deposit alone");
  });

  await step("with nothing deposited, there is nothing to finish", async () => {
    await page.goto(space);
    assert.equal(await button(page, "room.close.opener").count(), 0);
  });

  await step("the receipt is verified when house and data are gone; an altered one is not", async () => {
    for (const one of browser.contexts()) await one.close(); // nobody waits for news of a house that is gone
    await house.stop();
    await rm(house.data, { recursive: true });
    const elsewhere = await folder(context);
    const { code, stdout } = await command(["verify", proof], { cwd: elsewhere });
    assert.equal(code, 0, stdout);
    assert.ok(stdout.includes(t("verify.holds")), stdout);
    for (const { name, sha256 } of files) assert.ok(stdout.includes(name) && stdout.includes(sha256), stdout);
    const raw = await readFile(proof, "utf8");
    const forged = join(elsewhere, "forged.json");
    await writeFile(forged, raw.replaceAll(files[2].sha256, files[0].sha256).replaceAll("Relevé", "Releve"));
    assert.notEqual(await readFile(forged, "utf8"), raw);
    const refused = await command(["verify", forged], { cwd: elsewhere });
    assert.notEqual(refused.code, 0);
    assert.ok(!refused.stdout.includes(t("verify.holds")), refused.stdout);
  });
});
