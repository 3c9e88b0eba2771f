// A folder is dropped or chosen: its tree is shown first, with what is there
// already and what cannot be filed; one button files it, and after a cut the
// same folder goes on where it stood.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, heading, n, openLink, row, send, t, transfers } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });

/** Drops what lies at a path, as a hand does it: the browser's own drag and drop. */
async function drop(page, path) {
  const tab = await page.context().newCDPSession(page);
  const box = await page.locator("c-upload#upload .drop-area").boundingBox();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await tab.send("Input.dispatchDragEvent", { type, x: box.x + 20, y: box.y + 20, data });
  await tab.detach();
}

const plan = (page) => page.locator("#upload-import");
const batch = (page) => transfers(page).filter({ has: page.getByText(t("ui.import.batch", "Succession Morin"), { exact: true }) });
const filed = (page) => page.locator("#documents .doc").count();

test("a folder is filed whole, after its tree was shown", async (context) => {
  const { step, house, lawyer, space, client } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  const known = await put(papers, "Statuts.txt", Buffer.from("les statuts"));
  const tree = join(papers, "Succession Morin");
  for (const [path, text] of Object.entries({ "Statuts.txt": "les statuts", "Bail.txt": "le bail", "Comptes/Bilan.txt": "le bilan", "Comptes/.DS_Store": "x", "Comptes/Banque/Relevé.txt": "le relevé" })) {
    await mkdir(join(tree, path, ".."), { recursive: true });
    await put(tree, path, Buffer.from(text));
  }

  await step("dropping it shows what will happen and files nothing", async () => {
    await page.goto(space);
    await send(page, [known]);
    await page.goto(space);
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await drop(page, tree);
    await plan(page).locator("[data-go]").waitFor();
    const text = await plan(page).innerText();
    for (const one of ["Succession Morin › Comptes › Banque", "Relevé.txt", t("room.bundle.made"), n("room.bundle.known", 1), n("room.bundle.left", 1)]) assert.ok(text.includes(one), `${one} in ${text}`);
    assert.match(await plan(page).locator(".bundle-known").innerText(), /Statuts\.txt/);
    await inspect(page, "the plan of a folder");
    await look(page, "folder-plan-1280");
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "the plan of a folder on a phone");
    await look(page, "folder-plan-390");
    await page.emulateMedia({ colorScheme: "dark" });
    await look(page, "folder-plan-390-dark");
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
    await look(page, "folder-plan");
    await button(plan(page), "ui.cancel").click();
    assert.equal(await plan(page).isVisible(), false);
    await page.reload();
    assert.equal(await filed(page), 1, "nothing is filed by looking");
  });

  await step("chosen by the keyboard and cut by the network, it stands half way", async () => {
    await page.locator("c-upload#upload[data-ready]").waitFor();
    const coming = page.waitForEvent("filechooser");
    await button(page, "ui.pick_folder").press("Enter");
    await (await coming).setFiles(tree);
    await plan(page).locator("[data-go]").waitFor();
    let sent = 0;
    lawyer.watch.allow(/Failed to load resource|ERR_FAILED/);
    await page.route(/\/uploads(\/|$)/, (route) => (route.request().method() === "PATCH" && ++sent > 1 ? route.abort() : route.continue()));
    await plan(page).locator("[data-go]").press("Enter");
    await until("one file has arrived", async () => (await batch(page).innerText()).includes(t("ui.import.count", 1, 3)));
    page.on("dialog", (dialog) => dialog.accept());
    await page.reload();
    await page.unroute(/\/uploads(\/|$)/);
    assert.ok(await filed(page) < 4, "not all of it is there");
  });

  await step("chosen again, what is there is recognised and the rest goes on, for the firm alone", async () => {
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await drop(page, tree);
    await plan(page).locator("[data-go]").click();
    await batch(page).and(page.locator("[data-state=done]")).waitFor();
    await look(page, "folder-sent");
    await page.reload();
    assert.equal(await filed(page), 4);
    for (const name of ["Bail.txt", "Bilan.txt", "Relevé.txt"]) assert.match(await row(page, name).innerText(), new RegExp(t("ui.internal")), name);
    assert.equal(await heading(page, "Succession Morin › Comptes › Banque").count(), 1);
    await drop(page, tree);
    await plan(page).getByText(t("room.bundle.nothing")).waitFor();
  });

  await step("a client has no tree: the files of what she drops are deposited one by one", async () => {
    await page.goto(`${space}/people`);
    const [mail] = await house.mailsTo(client.email);
    const { page: hers } = await visit(context, page.context().browser(), house);
    await openLink(hers, mail);
    await hers.locator("c-upload#upload[data-ready]").waitFor();
    await drop(hers, join(tree, "Comptes"));
    await transfers(hers).and(hers.locator("[data-state=done]")).nth(1).waitFor();
    assert.equal(await transfers(hers).count(), 2, "what the system keeps for itself is left");
  });
});
