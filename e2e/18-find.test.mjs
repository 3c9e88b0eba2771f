// Documents are found by what they contain, and read in the page: a mail and a
// text as nothing but words, a picture with the reader's name in it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, sizes } from "./browser.mjs";
import { begin, row, send, t } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { letter, photograph, put } from "./paper.mjs";

const mail = `From: Lise Corail <lise@corail.example>\r\nSubject: Les clefs\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n
--b\r\nContent-Type: text/html\r\n\r\n<img src=https://elsewhere.example/x><script>document.title="taken"</script><p>Je garde la longère.</p>\r
--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n\r\nx\r\n--b--\r\n`;

test("documents are found by what they contain and read in the page", async (context) => {
  const { browser, step, lawyer, desk, space } = await begin(context);
  const { page } = lawyer;
  const from = await folder(context);
  const shots = process.env.E2E_PICTURES;

  await step("she files a letter, a mail, a text and a photograph", async () => {
    await page.goto(space);
    await send(page, [
      await put(from, "Courrier.docx", letter("La prestation compensatoire sera versée en capital.")),
      await put(from, "Echange.eml", Buffer.from(mail)),
      await put(from, "Note.txt", Buffer.from("Prestation : à chiffrer", "latin1")),
      await put(from, "Photo.jpg", await photograph(browser, 200_000)),
    ]);
  });

  await step("a word of a letter finds it, within seconds, under its own heading", async () => {
    await until("the letter is found", async () => {
      await page.goto(`${desk}/search?q=PRESTATION+compensatoire`);
      return await page.getByRole("heading", { name: t("desk.search.in_contents") }).count() === 1;
    }, 30_000);
    await page.getByRole("link", { name: "Courrier.docx", exact: true }).waitFor();
    assert.equal(await page.locator(".desk-found .doc").count(), 1);
    await until("the letter and the text are found", async () => { // each is read by a job
      await page.goto(`${desk}/search?q=prestation`);
      return await page.locator(".desk-found .doc").count() === 2;
    }, 30_000);
    await page.locator(".desk-narrow summary").click();
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size.viewport);
      await inspect(page, `the search, ${name}`);
      if (shots) await page.screenshot({ path: `${shots}/find-${name}.png`, fullPage: true });
    }
    await page.locator("select[name=kind]").selectOption("text");
    await page.getByRole("button", { name: t("desk.search.apply") }).click();
    await page.waitForURL(/kind=text/);
    assert.deepEqual(await page.locator(".desk-found .doc-title a").allInnerTexts(), ["Note.txt"]);
  });

  await step("the mail is read as words: nothing of it runs, nothing is fetched", async () => {
    await page.goto(space);
    await row(page, "Echange.eml").getByRole("link").first().click();
    const words = page.locator("c-words pre");
    await words.waitFor();
    const text = await words.innerText();
    for (const part of ["Les clefs", "Je garde la longère.", "plan.pdf"]) assert.ok(text.includes(part), text);
    assert.ok(!text.includes("script"), text);
    assert.notEqual(await page.title(), "taken");
    for (const [name, size] of Object.entries(sizes)) {
      await page.setViewportSize(size.viewport);
      await inspect(page, `the mail, ${name}`);
      if (shots) await page.screenshot({ path: `${shots}/mail-${name}.png` });
    }
  });

  await step("a picture bears the mark of who looks; a text in another encoding is read", async () => {
    await page.goto(space);
    await row(page, "Photo.jpg").getByRole("link").first().click();
    const picture = page.locator("c-picture img");
    await picture.waitFor();
    await until("it is drawn", () => picture.evaluate((one) => one.complete && one.naturalWidth > 0));
    assert.ok(await picture.evaluate((one) => Math.max(one.naturalWidth, one.naturalHeight)) <= 1600);
    if (shots) await page.screenshot({ path: `${shots}/photo.png` });
    await page.goto(space);
    await row(page, "Note.txt").getByRole("link").first().click();
    await page.getByText("Prestation : à chiffrer").waitFor();
  });
});
