// What strangers made is shown without harm: the pages of a PDF and of a letter
// as pictures with the reader's name in them, a mail with what is attached to it,
// and a harmful file to nobody, with the reason and what to do.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inspect, narrow, sizes } from "./browser.mjs";
import { begin, button, row, send, t, take } from "./gesture.mjs";
import { folder, later, until } from "./house.mjs";
import { digest, letter, photograph, put, scan } from "./paper.mjs";

// In two halves, so that no scanner takes this source for it.
const harmful = Buffer.from("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");

/** A real clamd with one signature of ours, until the test has ended; where it listens. */
async function scanner(context) {
  const at = await folder(context);
  mkdirSync(join(at, "db"));
  const signature = fileURLToPath(new URL("../internal/scan/scantest/testdata/eicar.ndb", import.meta.url));
  writeFileSync(join(at, "db/eicar.ndb"), readFileSync(signature));
  writeFileSync(join(at, "clamd.conf"), `Foreground yes\nDatabaseDirectory ${at}/db\nLocalSocket ${at}/s\n`);
  const daemon = spawn("/usr/sbin/clamd", ["-c", join(at, "clamd.conf")], { stdio: "ignore" });
  later(context, async () => {
    daemon.kill("SIGKILL");
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, "exit");
  });
  await until("clamd answers", () => new Promise((done) => {
    const line = connect(join(at, "s"), () => line.end("zPING\0"));
    line.on("data", () => done(true)).on("error", () => done(false));
  }), 20_000);
  return `unix:${at}/s`;
}

test("what strangers made is shown without harm", async (context) => {
  const settings = { CENACLE_CLAMD: await scanner(context) };
  const { browser, step, lawyer, space } = await begin(context, { settings });
  const { page } = lawyer;
  const from = await folder(context);
  const shots = process.env.E2E_PICTURES;
  const looks = async (name) => {
    for (const [size, shape] of Object.entries(sizes)) {
      await page.setViewportSize(shape.viewport);
      await inspect(page, `${name}, ${size}`);
      if (shots) await page.screenshot({ path: `${shots}/content-${name}-${size}.png` });
    }
  };
  const paper = scan(await photograph(browser, 60_000), 2);
  const mail = `From: Lise Corail <lise@corail.example>\r\nSubject: Le bail\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n` +
    `--b\r\nContent-Type: text/plain\r\n\r\nVoici le bail.\r\n--b\r\nContent-Type: application/pdf\r\n` +
    `Content-Disposition: attachment; filename=bail.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${paper.toString("base64")}\r\n--b--\r\n`;

  await step("she files a PDF, a letter, a mail and, without knowing, a harmful file", async () => {
    await page.goto(space);
    await send(page, [
      await put(from, "Acte.pdf", paper), await put(from, "Courrier.docx", letter("Je vous informe de la suite.")),
      await put(from, "Echange.eml", Buffer.from(mail)), await put(from, "Facture.txt", harmful),
    ]);
  });

  const drawn = async (images, count) => {
    await until("the pages are there", async () => await images.count() === count, 60_000); // an office takes its time
    for (let n = 0; n < count; n++) {
      await images.nth(n).scrollIntoViewIfNeeded();
      await until(`page ${n + 1} is drawn`, () => images.nth(n).evaluate((one) => one.complete && one.naturalWidth > 1000), 60_000);
    }
  };

  await step("the PDF is shown page by page, as pictures that bear her name", async () => {
    await page.goto(space);
    await row(page, "Acte.pdf").getByRole("link").first().click();
    const images = page.locator(".leaves img");
    await drawn(images, 2);
    assert.equal(await images.first().getAttribute("alt"), t("ui.leaf", "1", "2"));
    assert.equal(await page.locator("c-pdf").count(), 0);
    await looks("pdf");
  });

  await step("the letter becomes pages while she waits, without her doing anything, also when they were there before the page listened", async () => {
    await page.goto(space);
    await page.route(/\/live$/, async (route) => { await pause(5000); await route.continue(); });
    await row(page, "Courrier.docx").getByRole("link").first().click();
    await drawn(page.locator(".leaves img"), 1);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await looks("letter");
    await page.getByRole("link", { name: t("ui.leaf_text") }).click();
    await page.getByText("Je vous informe de la suite.").waitFor();
  });

  await step("what is attached to the mail is looked at and taken from its page", async () => {
    await page.goto(space);
    await row(page, "Echange.eml").getByRole("link").first().click();
    const attached = page.locator(".attached").filter({ hasText: "bail.pdf" });
    await attached.waitFor();
    await looks("mail");
    const file = await take(page, attached.getByRole("link", { name: t("ui.get") }));
    assert.equal(file.name, "bail.pdf");
    assert.equal(file.sha256, await digest((await put(from, "same.pdf", paper)).path));
  });

  await step("the harmful file is in quarantine: she reads why, and neither opens nor sends it", async () => {
    await page.goto(space);
    const line = row(page, "Facture.txt");
    await line.getByText(t("room.screen.row.infected")).waitFor();
    assert.equal(await line.getByRole("link", { name: t("ui.download", "Facture.txt") }).count(), 0);
    await looks("list");
    await line.getByRole("link").first().click();
    await page.locator(".view-stopped").getByText("Eicar-Test-Signature").waitFor();
    await looks("quarantine");
    const answer = await page.request.get(`${page.url()}/file`);
    assert.equal(answer.status(), 403);
    assert.ok(!(await answer.body()).includes(harmful));
    lawyer.watch.allow(/status of 409/);
    await button(page, "room.send_document").click();
    await page.getByText(t("document.held_back")).waitFor();
  });

  await step("it all fits a phone", async () => {
    await page.setViewportSize(sizes.phone.viewport);
    for (const name of ["Acte.pdf", "Echange.eml", "Facture.txt"]) {
      await page.goto(space);
      await row(page, name).getByRole("link").first().click();
      await page.locator("#view").waitFor();
      await narrow(page, name);
    }
  });
});
