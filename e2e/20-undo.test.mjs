// Renaming and moving are undone by one gesture, with a script and without.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, heading, passphrase, row, said, send, signIn, t, unfold } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("one gesture takes a renaming or a moving back", async (context) => {
  const { house, browser, step, lawyer, founder, space } = await begin(context);
  const papers = await folder(context);
  const files = [await put(papers, "Projet.txt", Buffer.from("un projet")), await put(papers, "Annexe.txt", Buffer.from("une annexe"))];
  const { page } = lawyer;
  lawyer.watch.allow(/status of 422/);

  await step("a title is changed, and given back", async () => {
    await page.goto(space);
    await send(page, files);
    await page.goto(space);
    await row(page, "Projet.txt").getByRole("link").first().click();
    await page.locator("#manage > summary").click();
    await field(page.locator("#manage"), "room.title").fill("Convention.txt");
    await button(page, "room.rename").click();
    await said(page, "document_renamed");
    await page.getByText(t("room.undo.title", "Projet.txt")).waitFor();
    await inspect(page, "a document just renamed");
    await look(page, "undo-renamed");
    await button(page, "room.undo.do").click();
    await said(page, "move_undone");
    await heading(page, "Projet.txt").first().waitFor();
    assert.equal(await button(page, "room.undo.do").count(), 0, "nothing is left to undo");
  });

  await step("a selection is moved into a folder by the keyboard, and comes back", async () => {
    await page.goto(space);
    for (const { name } of files) {
      await row(page, name).getByRole("link").first().focus();
      await page.keyboard.press("x");
    }
    const places = field(page, "room.move.place");
    const into = await places.locator("option").nth(1).textContent();
    await places.selectOption({ label: into });
    await look(page, "undo-selection");
    await button(page, "room.move.selection").click();
    await said(page, "documents_moved");
    await inspect(page, "a selection just moved");
    await narrow(page, "a selection just moved");
    await look(page, "undo-moved");
    assert.equal(await page.locator("#tray-firm .shelf-folder").count(), 1, "they lie in their folder");
    await button(page, "room.undo.do").click();
    await said(page, "move_undone");
    assert.equal(await page.locator("#tray-firm .shelf-folder").count(), 0, "they lie where they lay");
  });

  await step("nothing chosen says so beside the list, and moves nothing", async () => {
    await button(page, "room.move.selection").click();
    await page.locator("#pack .summary").getByText(t("document.nothing_moved")).waitFor();
  });

  await step("the list comes on paper: titles, by whom and when, and nothing else", async () => {
    await page.goto(space);
    await page.getByRole("link", { name: t("room.print"), exact: true }).click();
    await button(page, "room.list.print").waitFor(); // the browser's own dialog is its own
    await page.emulateMedia({ media: "print" });
    assert.equal(await button(page, "room.list.print").isVisible(), false, "nothing to press");
    for (const { name } of files) assert.equal(await page.getByRole("rowheader", { name, exact: true }).isVisible(), true, name);
    assert.match(await page.locator(".page-head").innerText(), new RegExp(founder.name));
    await look(page, "printed-list");
    const paper = await page.pdf({ format: "A4" });
    assert.equal(paper.subarray(0, 5).toString(), "%PDF-");
    assert.equal(paper.toString("latin1").match(/\/Type \/Page\b/g).length, 1, "a short list is one page");
    await page.emulateMedia({ media: "screen" });
  });

  await step("it works without a script", async () => {
    const bare = await visit(context, browser, house, { script: false });
    await signIn(bare.page, { email: founder.email, password: founder.password ?? passphrase });
    await bare.page.goto(space);
    await row(bare.page, "Annexe.txt").locator("input[name=document]").check();
    await field(bare.page, "room.move.place").selectOption({ index: 1 });
    await button(bare.page, "room.move.selection").click();
    await said(bare.page, "documents_moved");
    await button(bare.page, "room.undo.do").click();
    await said(bare.page, "move_undone");
  });
});
