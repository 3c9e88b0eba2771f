// A diffusion: one text to the client of two matters, with who will receive it before it
// leaves, and afterwards who has opened it; its proof verifies without the site. Then one
// to sixty matters, whose page follows it while it leaves.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, openLink, openSpace, said, t, take } from "./gesture.mjs";
import { command } from "./house.mjs";
import { n } from "./words.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("one text to the clients of two matters", async (context) => {
  const { step, lawyer, desk, client, house, browser } = await begin(context);
  const { page } = lawyer;

  await step("from the desk to an empty page, which says what this is for", async () => {
    await openSpace(page, desk, { name: "M. Paul Ambre", email: "paul.ambre@courriel.example" });
    await page.goto(desk);
    await page.getByRole("link", { name: t("desk.spread") }).click();
    await page.getByText(t("diffusion.none"), { exact: true }).waitFor();
    await inspect(page, "no diffusion yet");
    await page.getByRole("link", { name: t("diffusion.new"), exact: true }).click();
  });

  await step("all matters of a model are ticked by one button, and what was typed stays", async () => {
    await field(page, "room.subject").fill("Fermeture du cabinet");
    await field(page, "room.body").fill("Le cabinet sera **fermé** du 1er au 15 août.");
    await page.getByRole("button", { name: n("diffusion.pick", 2, t("space.model.divorce")) }).click();
    await page.locator("input[name=space]:checked").first().waitFor();
    assert.equal(await page.locator("input[name=space]:checked").count(), 2);
    assert.equal(await field(page, "room.subject").inputValue(), "Fermeture du cabinet");
    await inspect(page, "the form of a diffusion");
    await look(page, "diffusion-form-1280");
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "the form on a phone");
    await look(page, "diffusion-form-390");
    await button(page, "diffusion.preview").click();
  });

  await step("the preview says who will receive it, in each matter", async () => {
    await page.getByText(n("diffusion.count.will", 2, n("diffusion.spaces", 2))).waitFor();
    await narrow(page, "the preview on a phone");
    await look(page, "diffusion-preview-390");
    await page.setViewportSize({ width: 1280, height: 900 });
    await inspect(page, "the preview of a diffusion");
    await look(page, "diffusion-preview-1280");
    await page.getByRole("button", { name: n("diffusion.send", 2), exact: true }).click();
    await said(page, "diffusion_sent");
  });

  await step("a client reads it as a memo of her own matter, and nothing else", async () => {
    const hers = await visit(context, browser, house, { phone: true });
    await openLink(hers.page, await house.mailTo(client.email));
    await hers.page.getByText("Le cabinet sera").scrollIntoViewIfNeeded();
    assert.equal(await hers.page.getByText("Ambre").count(), 0);
  });

  await step("the page says who has opened it; the proof verifies without the site", async () => {
    const rows = page.locator("tbody tr");
    const read = rows.filter({ hasText: client.name });
    for (let tries = 0; tries < 40 && await read.getByText("ouvert le").count() === 0; tries++) {
      await page.waitForTimeout(250);
      await page.reload();
    }
    await read.getByText("ouvert le").waitFor();
    await rows.filter({ hasText: "Ambre" }).getByText(t("diffusion.unread"), { exact: true }).waitFor();
    await inspect(page, "what became of a diffusion");
    await look(page, "diffusion-done-1280");
    const file = await take(page, read.getByRole("link", { name: t("diffusion.proof_get") }));
    const { stdout } = await command(["verify", file.path]);
    assert.match(stdout, /Fermeture du cabinet/);
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "what became of it, on a phone");
    await look(page, "diffusion-done-390");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  await step("it is taken back everywhere, and the page says of each whether it was opened", async () => {
    await page.getByRole("button", { name: t("diffusion.recall"), exact: true }).click();
    await page.locator("dialog[open]").getByRole("button", { name: t("diffusion.recall"), exact: true }).click();
    await said(page, "diffusion_recalled");
    await page.getByText(t("diffusion.never"), { exact: true }).waitFor();
    await page.goto(`${desk}/diffusions`);
    await inspect(page, "the list of diffusions");
    await look(page, "diffusion-list-1280");
  });
});

test("a page that follows a diffusion while it leaves", async (context) => {
  const { step, lawyer, desk } = await begin(context);
  const { page } = lawyer;
  const count = 60;

  await step("she has sixty matters", async () => {
    await page.evaluate(async ([to, more]) => { // the form of the desk, which other journeys fill in by hand
      for (let number = 1; number <= more; number++) {
        const body = new URLSearchParams({ name: `M. Client ${number}`, email: `client${number}@courriel.example`, model: "divorce", profile: "particulier" });
        const answer = await fetch(to, { method: "POST", body });
        if (!answer.redirected) throw new Error(`a space is not open: ${answer.status}`);
      }
    }, [`${desk}/spaces/new`, count - 1]);
    await page.goto(`${desk}/diffusions/new`);
    await field(page, "room.subject").fill("Fermeture du cabinet");
    await field(page, "room.body").fill("Le cabinet sera fermé du 1er au 15 août.");
    await page.getByRole("button", { name: n("diffusion.pick", count, t("space.model.divorce")) }).click();
    await button(page, "diffusion.preview").click();
    await page.getByRole("button", { name: n("diffusion.send", count), exact: true }).waitFor();
  });

  const other = await page.context().newPage();
  await step("it is set for later, and another window shows it", async () => {
    await page.locator("input[name=when][value=later]").check();
    await page.locator(".diffusion-later input[name=day]").fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10));
    await page.locator(".diffusion-later input[name=hour]").fill("09:00");
    await page.getByRole("button", { name: n("diffusion.send", count), exact: true }).click();
    await said(page, "diffusion_set");
    await other.addInitScript(() => {
      window.steps = [];
      new MutationObserver(() => {
        const bar = document.querySelector("#diffusion progress");
        if (bar && window.steps.at(-1) !== bar.value) window.steps.push(bar.value);
      }).observe(document, { childList: true, subtree: true });
    });
    const listens = other.waitForResponse((answer) => answer.url().endsWith("/live"));
    await other.goto(new URL(page.url()).pathname);
    await listens;
    await other.locator("#diffusion .badge", { hasText: t("diffusion.is.set") }).waitFor();
  });

  await step("it leaves at once after all, and that window shows all of it without being loaded again", async () => {
    await page.getByRole("button", { name: t("diffusion.cancel"), exact: true }).click();
    await page.locator("dialog[open]").getByRole("button", { name: t("diffusion.cancel"), exact: true }).click();
    await said(page, "diffusion_cancelled");
    await page.locator("input[name=when][value=now]").check();
    await page.getByRole("button", { name: n("diffusion.send", count), exact: true }).click();
    await said(page, "diffusion_sent");
    for (const one of [page, other]) await one.locator("#diffusion .badge", { hasText: t("diffusion.is.done") }).waitFor({ timeout: 60_000 });
    const steps = await other.evaluate(() => window.steps); // what this one load of the page has shown, as far as it was asked in between
    assert.deepEqual(steps, steps.toSorted((a, b) => a - b));
    assert.equal(await other.locator("#diffusion tbody tr").count(), count);
    assert.equal(await other.locator("#diffusion progress").count(), 0);
    await inspect(other, "a diffusion to sixty matters");
  });
});
