// A sheet that was photographed askew is straightened to a PDF beside the
// photograph: she sees before and after, and may keep the photograph alone.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, visit } from "./browser.mjs";
import { begin, openLink, row, said, send, t, take } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { photograph, put, snapshot } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
const seen = (page) => page.waitForFunction(() => [...document.querySelectorAll("main img")].every((one) => one.complete && one.naturalWidth > 100));

test("a photograph of a sheet becomes a PDF beside it", async (context) => {
  const { step, house, lawyer, client } = await begin(context);
  const browser = lawyer.page.context().browser();
  const { page } = await visit(context, browser, house, { phone: true });
  const papers = await folder(context);
  const sheet = await put(papers, "IMG_2041.jpg", await snapshot(browser));
  const cat = await put(papers, "Chat.jpg", await photograph(browser, 20_000));

  await step("she hands it in from her phone and sees it straightened, nothing being kept yet", async () => {
    await openLink(page, await house.mailTo(client.email), true);
    await send(page, [sheet]);
    await page.reload();
    await page.locator("#deposit").getByRole("link", { name: t("room.photo.title") }).tap();
    await page.getByRole("heading", { name: t("room.photo.after"), exact: true }).waitFor();
    await seen(page);
    await inspect(page, "a photograph before and after");
    await look(page, "photo-390");
    await page.getByRole("link", { name: t("room.photo.keep") }).tap();
    await page.waitForURL(/#deposit$/);
    assert.equal(await page.locator("#deposit .doc").count(), 1);
  });

  await step("she keeps the PDF too: both are in her deposit, the photograph untouched", async () => {
    await page.locator("#deposit").getByRole("link", { name: t("room.photo.title") }).tap();
    await page.getByRole("button", { name: t("room.photo.do") }).tap();
    await said(page, "photo_straightened");
    await seen(page);
    await look(page, "photo-pdf-390");
    await page.goto(new URL(page.url()).pathname.replace(/\/documents\/.*/, ""));
    assert.equal(await page.locator("#deposit .doc").count(), 2);
    await page.locator("#deposit").getByRole("link", { name: sheet.name, exact: true }).tap();
    const got = await take(page, page.locator(".view-head a[data-file]"));
    assert.equal(got.sha256, sheet.sha256);
  });

  await step("where there is no sheet, the page says so and what to do", async () => {
    await page.goto(new URL(page.url()).pathname.replace(/\/documents\/.*/, ""));
    await send(page, [cat]);
    await page.reload();
    await page.locator("#deposit .doc").filter({ hasText: cat.name }).getByRole("link", { name: t("room.photo.title") }).tap();
    await page.getByText(t("room.photo.none"), { exact: true }).waitFor();
    await seen(page);
    await inspect(page, "a photograph without a sheet");
    await look(page, "photo-none-390");
  });

  await step("the firm sees both; on a wide screen, in the dark", async () => {
    const { page: office } = await visit(context, browser, house, { dark: true });
    await office.context().addCookies(await lawyer.context.cookies());
    await office.goto(new URL(lawyer.page.url()).pathname);
    await row(office, sheet.name).getByRole("link").first().click();
    await office.getByRole("link", { name: t("room.photo.title") }).click();
    await office.getByRole("heading", { name: t("room.photo.after"), exact: true }).waitFor();
    await seen(office);
    await inspect(office, "a photograph on a wide screen");
    await look(office, "photo-1280-dark");
  });
});
