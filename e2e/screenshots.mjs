// Takes the README's pictures from the running program: npm ci, make build,
// then node e2e/screenshots.mjs. They land in doc/picture.
import { mkdir } from "node:fs/promises";
import { test } from "node:test";
import { browse, visit } from "./browser.mjs";
import { openLink, signIn } from "./gesture.mjs";
import { House } from "./house.mjs";

const folder = new URL("../doc/picture/", import.meta.url).pathname;

test("pictures", async (context) => {
  await mkdir(folder, { recursive: true });
  const house = await House.start(context);
  const browser = await browse(context);
  const { page } = await visit(context, browser, house);
  await signIn(page, house.person("claire"));
  await page.screenshot({ path: `${folder}desk.png` });
  await page.getByRole("row").filter({ hasText: house.person("sophie").name }).getByRole("link").first().click();
  await page.locator("#documents .doc").first().waitFor();
  await page.screenshot({ path: `${folder}space.png` });
  const phone = await visit(context, browser, house, { phone: true });
  await openLink(phone.page, await house.mailTo(house.person("sophie").email), true);
  await phone.page.screenshot({ path: `${folder}client.png` });
});
