// « Déjà transmis le … » while a memo is written: the paper is offered before it
// is asked for, taken without leaving the text, and counted when it is taken.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "./browser.mjs";
import { address, begin, button, field, send, t, unfold } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("a paper that is there is offered while a memo asks for it", async (context) => {
  const { step, lawyer, space, desk } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  await page.goto(space);
  await send(page, [await put(papers, "RIB 2026.txt", Buffer.from("FR76"))]);
  await page.goto(space);
  const form = await unfold(page, "room.compose");
  const hint = form.locator(".task-already");

  await step("the hint comes while she writes, and not for what is not there", async () => {
    await field(form, "room.subject").fill("Votre dossier");
    await field(form, "room.body").pressSequentially("Bonjour, pourriez-vous m’envoyer votre passeport");
    await page.waitForResponse((answer) => answer.url().endsWith("/requests") && answer.ok());
    assert.equal(await hint.count(), 0, "a passport is not there");
    await field(form, "room.body").pressSequentially(" et votre RIB ?");
    await hint.waitFor();
    assert.match(await hint.innerText(), /RIB/i);
    await inspect(page, "the hint in a memo");
    await look(page, "hint-1280");
    await page.setViewportSize({ width: 390, height: 844 });
    await look(page, "hint-390");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await step("a memo among colleagues is left alone", async () => {
    await address(form, "firm");
    await until("the hint has gone", async () => (await hint.count()) === 0);
    await address(form, "client");
    await hint.waitFor();
  });

  await step("taken, it is counted, and what she wrote is still there", async () => {
    await hint.getByRole("button", { name: t("room.request.reuse") }).click();
    await form.getByText(t("ui.offer_used"), { exact: true }).waitFor();
    assert.match(await field(form, "room.body").inputValue(), /passeport et votre RIB/);
    await field(form, "room.body").press("End");
    await field(form, "room.body").pressSequentially(" Merci.");
    await page.waitForResponse((answer) => answer.url().endsWith("/requests") && answer.ok());
    assert.equal(await hint.getByRole("button").count(), 0, "it is offered once");
    await look(page, "hint-taken");
    await page.goto(desk);
    assert.match(await page.locator("main").innerText(), /1 demande évitée/i);
  });
});
