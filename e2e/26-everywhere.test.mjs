// What the firm demands of all its spaces, and the whole list of one on paper.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow } from "./browser.mjs";
import { address, begin, button, n, row, said, send, t } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("a rule of the firm, and a list on paper", async (context) => {
  const { step, lawyer, space, desk } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);

  await step("an administrator demands approval everywhere", async () => {
    await page.goto(`${desk}/people`);
    await inspect(page, "the team with the rule of the firm");
    await look(page, "everywhere-1280");
    await button(page, "desk.approval.turn.off").click();
    await said(page, "approval_everywhere");
    await page.getByText(t("desk.approval.now.on"), { exact: true }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "the team on a phone");
    await look(page, "everywhere-390");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${space}/people`);
    await page.getByText(t("room.approval.now.everywhere"), { exact: true }).waitFor();
  });

  await step("what is filed for the client waits in a space that demanded nothing itself", async () => {
    await page.goto(space);
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await address(page.locator("c-upload#upload"), "client");
    await send(page, [await put(papers, "Projet.txt", Buffer.from("le projet"))]);
    await page.goto(space);
    assert.match(await row(page, "Projet.txt").innerText(), new RegExp(t("ui.internal")));
    await row(page, "Projet.txt").getByRole("link").first().click();
    await button(page, "room.approval.give").waitFor();
  });

  await step("the whole list stands on one page, to be printed", async () => {
    await page.goto(space);
    await send(page, await Promise.all(Array.from({ length: 30 }, (_, i) => put(papers, `Pièce ${i}.txt`, Buffer.from(`pièce ${i}`)))));
    await page.goto(space);
    await page.getByRole("link", { name: t("room.print"), exact: true }).click();
    await page.getByText(n("room.list.count", 31), { exact: true }).waitFor();
    assert.equal(await page.locator(".room-list tbody tr").count(), 31);
    await inspect(page, "the list to be printed");
    await look(page, "list-1280");
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "the list on a phone");
    await look(page, "list-390");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.getByRole("button", { name: t("room.list.print") }).isVisible(), false);
    await look(page, "list-print");
  });
});
