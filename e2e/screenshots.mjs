// Takes the README's pictures from the running program: the demonstration firm,
// as its lawyer and as its client see it. Run: make screenshots.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browse, sizes } from "./browser.mjs";
import { openLink, row, signIn } from "./gesture.mjs";
import { House, until } from "./house.mjs";

const folder = fileURLToPath(new URL("../doc/picture/", import.meta.url));
const most = 250_000; // bytes of one picture
const endings = [];
const t = { after: (act) => endings.push(act) };

/** A page of somebody, in one of the two sizes. */
async function open(browser, house, size) {
  const context = await browser.newContext({
    ...sizes[size], deviceScaleFactor: size === "phone" ? 2 : 1.25, baseURL: house.base, locale: "fr-FR",
    timezoneId: "Europe/Paris", colorScheme: "light", reducedMotion: "reduce",
  });
  return context.newPage();
}

async function take(page, name, height) {
  if (height) await page.setViewportSize({ ...page.viewportSize(), height });
  await page.evaluate(() => document.fonts.ready);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  const { size } = await stat(path);
  if (size > most) throw new Error(`${name}.png has ${size} bytes, more than ${most}`);
  console.log(`${name}.png ${Math.round(size / 1000)} kB`);
}

try {
  await mkdir(folder, { recursive: true });
  const house = await House.start(t);
  const browser = await browse(t, { whole: true }); // as people see it
  const lawyer = await open(browser, house, "desk");
  await signIn(lawyer, house.person("claire"));
  await take(lawyer, "desk", 760);
  await lawyer.getByRole("row").filter({ hasText: "Sophie Petit" }).getByRole("link").first().click();
  const space = new URL(lawyer.url()).pathname;
  await take(lawyer, "space", 1000);
  const phone = await open(browser, house, "phone");
  await openLink(phone, await house.mailTo(house.person("sophie").email));
  await take(phone, "client");
  await row(phone, "Projet de convention de divorce.pdf").getByRole("link").first().click();
  const first = phone.locator(".leaves img").first();
  await first.waitFor();
  await until("the page is drawn", () => first.evaluate((image) => image.complete && image.naturalWidth > 1000));
  await take(phone, "document");
  await phone.goto(space);
  await phone.locator("a[href*='/receipts/']").first().click();
  await take(phone, "receipt");
} finally {
  for (const end of endings.reverse()) await end();
}
