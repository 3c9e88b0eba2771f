// A folder says to whom it addresses what lands there; the sentence is in sight
// before and after.
import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, button, t } from "./gesture.mjs";

test("a folder says to whom it addresses", async (context) => {
  const { step, lawyer, space } = await begin(context);
  const { page } = lawyer;
  lawyer.watch.allow(/status of 409/);

  await step("the lawyer reads that adding is not sharing, and chooses otherwise for one folder", async () => {
    await page.goto(space);
    await page.getByRole("link", { name: t("room.tab.folders"), exact: true }).click();
    await page.getByText(t("room.folder.nobody")).first().waitFor();
    await page.getByRole("link", { name: t("room.folder.change") }).first().click();
    await page.locator("input[name=circle]").nth(1).check();
    await button(page, "room.folder.choose").click();
    await page.waitForURL(/done=folder_addressed/);
    const told = t("room.folder.reach").split("{0}")[0];
    await page.getByText(told).waitFor();
    assert.equal(await page.getByText(told).count(), 1, "one folder and no other");
  });

  await step("a folder is made, and one of the same name is refused in words", async () => {
    for (const done of [true, false]) {
      await page.getByLabel(t("room.folder.name"), { exact: true }).fill("Expertise");
      await button(page, "room.folder.add").click();
      if (done) await page.waitForURL(/done=folder_added/);
    }
    await page.getByText(t("space.folder_exists")).first().waitFor();
  });
});
