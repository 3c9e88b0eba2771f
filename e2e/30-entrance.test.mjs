// A firm's people enter with the account of their organisation, by a real OpenID
// Connect provider: its administrator opens that door, a colleague who was just
// invited comes through it, and is out the moment it is shut.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, said, signUp, t } from "./gesture.mjs";
import { House, later } from "./house.mjs";

/** Starts the provider; it knows people by what they type there. */
async function provide(context, people) {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address();
  free.close();
  await once(free, "close");
  const script = fileURLToPath(new URL("../internal/oidc/oidctest/provider.mjs", import.meta.url));
  const process = spawn("node", [script, String(port), JSON.stringify(people)], { stdio: ["ignore", "pipe", "ignore"] });
  later(context, async () => { process.kill(); await once(process, "exit"); });
  await once(process.stdout, "data");
  const issuer = `http://127.0.0.1:${port}`;
  const register = async (redirect) => (await fetch(`${issuer}/reg`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ redirect_uris: [redirect] }),
  })).json();
  return { issuer, register };
}

test("people enter with the account of their organisation", async (context) => {
  const yann = { email: "yann@aubepine.example", email_verified: true };
  const account = await provide(context, { yann });
  const house = await House.start(context, { CENACLE_OUTBOUND_ALLOW: "127.0.0.0/8" });
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page, watch } = await visit(context, browser, house);
  const colleague = await visit(context, browser, house);
  const night = await visit(context, browser, house, { dark: true });
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  const add = (at) => at.locator(".entrance-new form");
  let desk, door;

  await step("the page teaches what it is for, and refuses in words", async () => {
    desk = await signUp(page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" });
    await page.goto(`${desk}/people`);
    await page.getByRole("link", { name: t("entrance.title"), exact: true }).click();
    await page.getByText(t("entrance.none"), { exact: true }).waitFor();
    await look(page, "no provider");
    watch.allow(/status of 422/);
    await field(add(page), "entrance.name").fill("Compte Aubépine");
    await field(add(page), "entrance.issuer").fill(`${account.issuer}/nothing`);
    await button(add(page), "entrance.submit").click();
    await page.getByText(t("oidc.no_provider")).first().waitFor();
    await look(page, "a refused provider");
    assert.equal(await field(add(page), "entrance.name").inputValue(), "Compte Aubépine");
  });

  await step("the firm's own page opens in its colour, with what the law wants read there", async () => {
    await page.locator(".entrance-plate > summary").click();
    const plate = page.locator(".entrance-plate form");
    await plate.locator("#f-open").check();
    await plate.locator("#f-accent").fill("#aaddaa");
    await button(plate, "entrance.hang").click();
    await page.getByText(t("firm.accent_light")).first().waitFor();
    await look(page, "a plate refused");
    await plate.locator("#f-accent").fill("#7a1f3d");
    await plate.locator("#f-notice").fill("SELARL Aubépine, avocats au barreau de Rennes\n12 rue des Lices, 35000 Rennes – 02 99 00 00 00");
    await plate.locator("#f-mediator").fill("Médiateur de la consommation de la profession d’avocat\nmediateur-consommation-avocat.fr");
    await button(plate, "entrance.hang").click();
    await said(page, "plate_hung");
    const open = await page.locator(".entrance-door .hash code").first().textContent();
    watch.allow(/status of 422/);
    const show = async (file) => {
      await page.locator(".entrance-fold > summary").click();
      await page.locator(".entrance-fold #f-file").setInputFiles(file);
      await button(page.locator(".entrance-fold form"), "entrance.logo.submit").click();
    };
    await show({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") });
    await page.getByText(t("firm.logo_unreadable")).first().waitFor();
    await look(page, "a logo refused");
    await page.goto(`${desk}/entrance`);
    await show({ name: "logo.png", mimeType: "image/png", buffer: await page.locator(".mark").screenshot() });
    await said(page, "logo_shown");
    await look(page, "a logo");
    for (const [visitor, what] of [[colleague, "the plate"], [night, "the plate at night"]]) {
      await visitor.page.goto(open);
      await visitor.page.getByText("12 rue des Lices").waitFor();
      assert.ok(await visitor.page.locator(".mark .logo img").evaluate((img) => img.complete && img.naturalWidth > 0), "no logo at the door");
      assert.equal(await visitor.page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--firm-accent").trim()), "#7a1f3d");
      await look(visitor.page, what);
    }
  });

  await step("a provider that answers is introduced to us, and we to it", async () => {
    await field(add(page), "entrance.name").fill("Compte Aubépine");
    await field(add(page), "entrance.issuer").fill(account.issuer);
    await page.getByLabel(t("entrance.for.staff")).check();
    await page.locator("#f-domains").fill("aubepine.example");
    await page.locator("#f-trusted").check();
    await button(add(page), "entrance.submit").click();
    await said(page, "provider_registered");
    await look(page, "a provider to be finished");
    const { client_id: client, client_secret: secret } = await account.register(await page.locator(".hash code").first().textContent());
    await field(page, "entrance.client").fill(client);
    await page.locator("#f-secret").fill(secret);
    await button(page, "entrance.introduce").click();
    await said(page, "provider_introduced");
    await look(page, "a provider");
    assert.equal(await page.locator("#f-secret").inputValue(), "", "a secret is shown again");
    await page.goto(`${desk}/entrance`);
    door = await page.locator(".entrance-door .hash code").first().textContent();
    await look(page, "the entrance");
  });

  await step("a colleague who was invited enters by it, without a password", async () => {
    await page.goto(`${desk}/people`);
    await field(page, "desk.people.name").fill("Me Yann Ortie");
    await field(page, "desk.people.email").fill(yann.email);
    await page.getByLabel(t("desk.role.colleague")).check();
    await button(page, "desk.people.submit").click();
    await said(page, "colleague_added");
    // The pages of the provider are not ours: nothing of theirs is fetched from elsewhere.
    await colleague.page.route("https://fonts.googleapis.com/**", (route) => route.fulfill({ contentType: "text/css", body: "" }));
    colleague.watch.allow(/favicon\.ico/);
    await colleague.page.goto(door);
    await look(colleague.page, "the door");
    await colleague.page.getByRole("button", { name: t("door.offer", "Compte Aubépine") }).click();
    await colleague.page.locator("input[name=login]").fill("yann");
    await colleague.page.locator("input[name=password]").fill("x");
    await colleague.page.locator("button[type=submit]").click();
    await colleague.page.waitForURL(`**${desk}`);
    await colleague.page.goto("/account");
    await colleague.page.getByText(t("door.voucher_tied")).first().waitFor();
    await look(colleague.page, "her access");
  });

  await step("he is out the moment the door is shut, and told calmly", async () => {
    const own = `${door}/${(await page.goto(`${desk}/entrance`), await page.locator("#providers a").first().getAttribute("href")).split("/").at(-1)}`;
    await colleague.page.goto(own);
    await look(colleague.page, "the door of one provider");
    colleague.watch.allow(/status of 40[14]/);
    await colleague.page.goto(`${own}/back?error=access_denied&state=x`);
    await colleague.page.getByText(t("provider.refused")).waitFor();
    await look(colleague.page, "stranded");
    await page.locator("#providers a").first().click();
    await button(page, "entrance.end").click();
    await button(page.getByRole("dialog"), "entrance.end").click();
    await said(page, "provider_ended");
    await colleague.page.goto(desk);
    await colleague.page.waitForURL("**/signin?**");
  });
});
