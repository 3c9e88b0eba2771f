// A ZIP file is filed document by document, after its page has said what will
// happen; nothing of it reaches the client by itself.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow } from "./browser.mjs";
import { begin, button, heading, n, row, said, send, t } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put, zip as pack } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("what an archive holds is said first, then filed", async (context) => {
  const { step, lawyer, space } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  const known = await put(papers, "Statuts.txt", Buffer.from("les statuts"));
  const zip = await put(papers, "Envoi du confrère.zip", pack({
    "Dossier/Bail.txt": "le bail", "Dossier/Comptes/Bilan.txt": "le bilan", "Dossier/Statuts.txt": "les statuts", "../évasion.txt": "dehors", "__MACOSX/x": "x",
  }));

  await step("the preview tells new, known and refused apart, and writes nothing", async () => {
    await page.goto(space);
    await send(page, [known, zip]);
    await page.goto(space);
    await row(page, zip.name).getByRole("link").first().click();
    await page.getByRole("link", { name: t("room.bundle.open") }).click();
    await button(page, "room.bundle.look").waitFor();
    const text = await page.locator("main").innerText();
    for (const one of ["Dossier › Comptes", "Bilan.txt", "../évasion.txt", t("bundle.path")]) assert.ok(text.includes(one), one);
    await page.getByRole("link", { name: "Statuts.txt" }).waitFor();
    await inspect(page, "the preview of an archive");
    await narrow(page, "the preview of an archive");
    await look(page, "archive-preview");
    await page.goto(space);
    assert.equal(await page.locator("#documents .doc").count(), 2, "nothing is filed by looking");
    await page.goBack();
  });

  await step("one gesture files it, folders and all, for the firm alone", async () => {
    await page.getByRole("button", { name: n("room.bundle.do", 2), exact: true }).click();
    await said(page, "unpacked");
    for (const name of ["Bail.txt", "Bilan.txt"]) assert.match(await row(page, name).innerText(), new RegExp(t("ui.internal")), name);
    assert.equal(await heading(page, "Dossier › Comptes").count(), 1);
    await look(page, "archive-filed");
  });

  await step("asked again, there is nothing left to file", async () => {
    await row(page, zip.name).getByRole("link").first().click();
    await page.getByRole("link", { name: t("room.bundle.open") }).click();
    await page.getByText(t("room.bundle.nothing")).waitFor();
  });
});
