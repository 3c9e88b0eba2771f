// A lawyer and a client give programs access, copy it once, and take it back;
// the administrator sees those of the team.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, like, said, signIn, signUp, t } from "./gesture.mjs";
import { House } from "./house.mjs";

const form = (page) => page.locator("form.program-form");

/** Fills the form and sends it; returns the texts that are shown once. */
async function make(page, { name, use = "api", all = false, space, life }) {
  const at = form(page);
  await field(at, "program.name").fill(name);
  await at.getByRole("radio", { name: like(`program.use.${use}`) }).check();
  await at.getByRole("radio", { name: like(all ? "program.all" : "program.read"), exact: false }).first().check();
  if (space) {
    await at.getByRole("radio", { name: t("program.reach_some") }).check();
    await at.getByRole("checkbox", { name: space }).check();
  }
  if (life) await at.locator("select[name=life]").selectOption(life);
  await button(at, "program.submit").click();
  const made = page.locator("section.program-made");
  await made.waitFor();
  return made.locator("code").allTextContents();
}

test("programs act in one's name until one says otherwise", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const nora = await visit(context, browser, house);
  const admin = await visit(context, browser, house);
  const lawyer = await visit(context, browser, house, { phone: true, dark: true });
  lawyer.watch.allow(/status of 422/);
  let programs;
  const look = async (visitor, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await visitor.page.setViewportSize(viewport);
      await inspect(visitor.page, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await visitor.page.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };

  await step("from the account page, to a list that teaches the gesture", async () => {
    await signUp(nora.page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" });
    await nora.page.goto("/account");
    await look(nora, "account");
    await nora.page.getByRole("main").getByRole("link", { name: t("web.programs") }).click();
    await nora.page.getByText(t("program.none"), { exact: true }).waitFor();
    await look(nora, "empty");
  });

  await step("an access for the API is shown once and can be copied", async () => {
    const { page } = nora;
    const list = page.url();
    await nora.context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const [text] = await make(page, { name: "Sauvegarde du bureau", life: "30" });
    assert.match(text, /^cenacle_[0-9a-z]{26}_[\w-]{43}$/);
    await page.locator("section.program-made").getByRole("button", { name: t("program.text") }).click();
    await page.getByText(t("ui.copied")).first().waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
    await look(nora, "made for the API");
    await page.goto(list);
    assert.ok(!(await page.content()).includes(text), "it is shown a second time");
    await page.locator("#programs").getByText(like("program.never")).waitFor();
  });

  await step("a drive in one space, on a phone in the dark", async () => {
    const karim = house.person("karim");
    await signIn(lawyer.page, karim);
    programs = `/f/${karim.firm}/programs`;
    await lawyer.page.goto(programs);
    const at = form(lawyer.page);
    await at.getByRole("radio", { name: t("program.reach_some") }).check();
    const space = (await at.locator(".program-spaces label").first().innerText()).trim();
    await look(lawyer, "choosing spaces");
    const [address, user, password] = await make(lawyer.page, { name: "Finder du portable", use: "drive", all: true, space });
    assert.equal(address, `${house.base}/dav/`);
    assert.equal(user, karim.email);
    assert.match(password, /^cenacle_/);
    await look(lawyer, "made for a drive");
  });

  await step("a calendar learns when something is, and how it is connected is said", async () => {
    const { page } = lawyer;
    await page.setViewportSize(sizes.phone.viewport);
    await page.goto(programs);
    const at = form(page);
    await field(at, "program.name").fill("Calendrier du téléphone");
    await at.getByRole("radio", { name: like("program.use.calendar") }).check();
    await at.locator(".program-access").waitFor({ state: "hidden" });
    await look(lawyer, "choosing a calendar");
    await button(at, "program.submit").click();
    const made = page.locator("section.program-made");
    await made.getByText(t("program.how"), { exact: true }).waitFor();
    await look(lawyer, "made for a calendar");
    const [server, user, password, feed] = await made.locator("code").allTextContents();
    assert.equal(server, `${house.base}/caldav/`);
    const answer = await fetch(feed, { headers: { Authorization: `Basic ${btoa(`${user}:${password}`)}` } });
    assert.equal(answer.headers.get("content-type"), "text/calendar; charset=utf-8; component=VEVENT");
    assert.match(await answer.text(), /^BEGIN:VCALENDAR\r\n/);
    const found = await fetch(`${house.base}/.well-known/caldav`, { redirect: "manual" });
    assert.equal(found.headers.get("location"), "/caldav/");
  });

  await step("the administrator sees those of the team and revokes one", async () => {
    const { page } = admin;
    await signIn(page, house.person("claire"));
    await page.goto(programs.replace(/programs$/, "people"));
    await page.getByRole("link", { name: t("desk.people.programs") }).click();
    const line = page.getByRole("region", { name: t("program.team") }).getByRole("listitem").filter({ hasText: "Finder du portable" });
    await line.waitFor();
    await look(admin, "the team");
    await button(line, "program.end").click();
    const asks = page.getByRole("dialog");
    await asks.getByText(t("program.end_title", "Finder du portable")).waitFor();
    await inspect(page, "the question before revoking");
    await button(asks, "program.end").click();
    await said(page, "program_revoked");
    assert.equal(await line.count(), 0);
    await lawyer.page.goto(programs);
    assert.equal(await lawyer.page.getByText("Finder du portable", { exact: true }).count(), 0);
  });

  await step("a form that says too little comes back", async () => {
    await lawyer.page.setViewportSize(sizes.phone.viewport);
    const at = form(lawyer.page);
    await field(at, "program.name").fill("Trop peu");
    await at.getByRole("radio", { name: t("program.reach_some") }).check();
    await button(at, "program.submit").click();
    await lawyer.page.locator(".summary").getByText(t("token.spaces_missing")).waitFor();
    await look(lawyer, "a refused form");
  });

  await step("a new password asks what becomes of them", async () => {
    await nora.page.goto("/account");
    const keep = nora.page.getByLabel(like("door.keep_programs"));
    await nora.page.locator("details.door-fold").filter({ has: keep }).locator("summary").click();
    await keep.waitFor();
    await look(nora, "a new password");
  });
});
