// A firm comes to an address of its own: it asks for the name, writes the records of its
// domain, has them checked, and gives the name up again. Its zone is served here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, openSpace, said, signIn, t } from "./gesture.mjs";
import { House, until } from "./house.mjs";
import { Zone } from "./zone.mjs";

const name = "espace.delmas.example";

test("a firm comes to an address of its own", async (context) => {
  const zone = await Zone.start(context);
  const house = await House.start(context, (port) => ({ CENACLE_URL: `http://localhost:${port}`, CENACLE_OUTBOUND_ALLOW: "127.0.0.0/8", CENACLE_OUTBOUND_RESOLVER: zone.address }));
  const own = `http://${name}:${house.port}`;
  const browser = await browse(context, { own: [own] });
  const step = journey(context, browser);
  const { page, watch } = await visit(context, browser, house);
  const there = await visit(context, browser, { base: own }, { dark: true });
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  const check = async (missing) => {
    await button(page, "entrance.host.check").click();
    await page.getByText(t(missing)).waitFor();
  };
  let desk;

  await step("before anything is shown the name is nobody's", async () => {
    there.watch.allow(/status of 421/);
    assert.equal((await there.page.goto("/signin")).status(), 421);
    watch.allow(/status of 4(22|09)/);
    await signIn(page, house.person("claire"));
    desk = new URL(page.url()).pathname;
    await page.goto(`${desk}/entrance`);
    await page.getByRole("link", { name: t("entrance.host") }).click();
    await field(page, "entrance.host.name").fill("espace");
    await button(page, "entrance.host.claim").click();
    await page.getByText(t("hostname.bad")).first().waitFor();
    assert.equal(await field(page, "entrance.host.name").inputValue(), "espace");
    await field(page, "entrance.host.name").fill("Espace.Delmas.example");
    await button(page, "entrance.host.claim").click();
    await said(page, "host_claimed");
    await look(page, "what is to be done for a name");
  });

  await step("each check says what is missing, and the records of the page are enough", async () => {
    await check("hostname.record");
    await look(page, "a record is missing");
    const [record, value] = await page.locator(".entrance-new .hash code").allTextContents();
    zone.write(record, value);
    await check("hostname.elsewhere");
    assert.equal((await there.page.goto("/signin")).status(), 421);
    zone.lead(name, "127.0.0.1");
    await button(page, "entrance.host.check").click();
    await said(page, "host_activated");
    assert.equal(await page.locator(".entrance-door .hash code").first().textContent(), own);
    await look(page, "a name in service");
  });

  await step("people sign in there, and their mails lead there", async () => {
    await signIn(there.page, house.person("karim"));
    assert.equal(new URL(there.page.url()).origin, own);
    await look(there.page, "the desk at the name");
    there.watch.allow(/status of 404/);
    assert.equal((await there.page.goto("/signup")).status(), 404);
    await openSpace(page, desk, { name: "Sophie Petit", email: "sophie@petit.example" });
    const mail = await until("the mail of a new client", async () => (await house.mails()).find(({ to }) => to === "sophie@petit.example"));
    assert.ok((await house.text(mail.path)).includes(`${own}/l/`), "her link leads elsewhere");
  });

  await step("given up, the name sends on to where the firm is now", async () => {
    await page.goto(`${desk}/entrance/host`);
    await button(page, "entrance.host.end").click();
    await button(page.getByRole("dialog"), "entrance.host.end").click();
    await said(page, "host_ended");
    await page.getByText(name).first().waitFor();
    await look(page, "a name that rests");
    await there.page.goto(desk);
    assert.equal(new URL(there.page.url()).origin, house.base);
    await there.page.waitForURL("**/signin**");
  });
});
