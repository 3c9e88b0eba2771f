// Everything by the keyboard: lists, selection, search, and the ways between
// pages; never in a field, and not at all for who turned the keys off.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect } from "./browser.mjs";
import { begin, field, send, t, unfold } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });

test("the keyboard throughout", async (context) => {
  const { step, lawyer, space, desk } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  const names = ["Assignation.txt", "Bail.txt", "Conclusions.txt"];
  await page.goto(space);
  await send(page, await Promise.all(names.map((name) => put(papers, name, Buffer.from(name)))));
  const here = () => page.evaluate(() => document.activeElement.textContent.trim());
  const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };

  await step("j and k go through the documents, x selects, Enter opens, g u comes back", async () => {
    await page.goto(space);
    await page.locator("c-keys:not([hidden])").waitFor();
    await press("j");
    const first = await here();
    assert.ok(names.includes(first), first);
    await press("ArrowDown");
    const second = await here();
    assert.ok(names.includes(second) && second !== first, second);
    await press("x", "k", "Shift+x");
    assert.equal(await page.locator("#documents .doc input:checked").count(), 2);
    assert.equal(await here(), first);
    await press("Enter");
    await page.waitForURL(/\/documents\//);
    await press("g", "u");
    await page.waitForURL(new RegExp(`${space}$`));
  });

  await step("? lists them; / searches and n opens from the desk, where g d leads", async () => {
    await press("?");
    await page.locator("#keys-page[open]").waitFor();
    await inspect(page, "the list of keys");
    await look(page, "keys-1280");
    await press("Escape");
    await page.locator("#keys-page").waitFor({ state: "hidden" });
    await press("g", "d");
    await page.waitForURL(new RegExp(`${desk}$`));
    await press("/");
    assert.equal(await page.evaluate(() => document.activeElement.type), "search");
    await page.goto(space);
    await press("/");
    await page.waitForURL(/\/search$/);
    await page.goto(desk);
    await press("n");
    await page.waitForURL(/\/spaces\/new$/);
  });

  await step("in a field they are letters", async () => {
    await page.goto(space);
    const form = await unfold(page, "room.compose");
    await field(form, "room.body").fill("");
    await field(form, "room.body").press("j");
    await press("x", "n", "g", "d", "?");
    assert.equal(await field(form, "room.body").inputValue(), "jxngd?");
    assert.equal(await page.locator("#keys-page[open]").count(), 0);
  });

  await step("turned off, they are off on every page, and a button still lists them", async () => {
    await page.goto(space);
    await page.getByRole("button", { name: t("ui.keys.title") }).click();
    await page.getByLabel(t("ui.keys.on")).uncheck();
    await press("Escape");
    await page.goto(desk);
    await press("n", "j", "?");
    await page.goto(space);
    await press("j", "x", "g", "d");
    assert.equal(new URL(page.url()).pathname, space);
    assert.equal(await page.locator("#documents .doc input:checked").count(), 0);
    await page.getByRole("button", { name: t("ui.keys.title") }).click();
    assert.equal(await page.getByLabel(t("ui.keys.on")).isChecked(), false);
  });
});
