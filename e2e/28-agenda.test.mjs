// The agenda: a date is added for the client, who finds it on her phone and takes
// note of it; it is moved, with what changes in words before it is saved, and
// cancelled; somebody else of the space learns nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, sizes, visit } from "./browser.mjs";
import { address, begin, button, field, openLink, said, t } from "./gesture.mjs";
import { until } from "./house.mjs";

const pictures = process.env.E2E_PICTURES;

/** A civil day so many days from today, in Paris. */
const day = (n) => new Date(Date.now() + n * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Europe/Paris" });

test("a date is shared, moved and cancelled", async (context) => {
  const { house, browser, step, lawyer, client, space, desk } = await begin(context);
  const phone = await visit(context, browser, house, { phone: true });
  await openLink(phone.page, await house.mailTo(client.email), true);
  const { page } = lawyer;
  lawyer.watch.allow(/status of 422/);
  const look = async (who, name, size) => {
    if (size) await who.page.setViewportSize(sizes[size].viewport);
    await inspect(who.page, name);
    if (pictures) await who.page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true });
  };

  await step("an empty agenda teaches how to begin", async () => {
    await page.goto(`${space}/agenda`);
    await page.getByText(t("agenda.none.firm")).waitFor();
    await look(lawyer, "agenda-empty");
    await phone.page.goto(`${space}/agenda`);
    await phone.page.getByText(t("agenda.none.client")).waitFor();
    await look(phone, "agenda-empty-client");
  });

  await step("a form that is refused comes back filled", async () => {
    await page.goto(`${space}/agenda`);
    const form = page.locator("#add form");
    await field(form, "agenda.name").fill("Audience d’orientation");
    await field(form, "agenda.day").fill(day(9));
    await form.locator("[name=end]").fill("15:00");
    await button(form, "agenda.add").click();
    await page.locator(".summary").waitFor();
    assert.equal(await field(page, "agenda.name").inputValue(), "Audience d’orientation");
    await look(lawyer, "agenda-refused");
  });

  let at;
  await step("it is added for the client", async () => {
    const form = page.locator("#add form");
    await form.locator("[name=kind]").selectOption("hearing");
    await form.locator("[name=start]").fill("14:00");
    await form.locator("[name=place]").fill("Tribunal judiciaire, salle 3");
    await form.locator("[name=note]").fill("Venez un quart d’heure avant.");
    await address(form, "client");
    await button(form, "agenda.add").click();
    await said(page, "event_added");
    at = new URL(page.url()).pathname;
    await look(lawyer, "event");
    await page.goto(`${space}/agenda`);
    await look(lawyer, "agenda");
    for (const view of ["month", "week"]) {
      await page.goto(`${space}/agenda?view=${view}&day=${day(9)}`);
      await page.locator(".calendar").getByRole("link", { name: "Audience d’orientation" }).waitFor();
      await look(lawyer, `agenda-${view}`);
    }
    await page.goto(`${desk}/agenda`);
    await page.getByRole("link", { name: "Audience d’orientation" }).waitFor();
    await look(lawyer, "agenda-all");
    await page.goto(desk);
    await look(lawyer, "agenda-desk");
  });

  await step("the client finds it on her phone and takes note", async () => {
    await phone.page.goto(`${space}/agenda?view=month&day=${day(9)}`);
    await phone.page.locator(".calendar").getByRole("link", { name: "Audience d’orientation" }).waitFor();
    await look(phone, "agenda-month-client");
    await phone.page.goto(space);
    const read = phone.page.waitForResponse((answer) => answer.url().endsWith("/agenda/read"));
    await look(phone, "agenda-client-space");
    await phone.page.locator("#dates").getByRole("link", { name: "Audience d’orientation" }).click();
    await read;
    await look(phone, "event-client");
    await phone.page.reload();
    await phone.page.getByText("Tribunal judiciaire, salle 3").waitFor();
    assert.equal(await phone.page.locator("c-seen").count(), 0);
    assert.equal(await phone.page.locator("#change").count(), 0);
  });

  await step("moved, what changes is read before it is saved", async () => {
    await page.goto(at);
    const form = page.locator("#change form");
    await field(form, "agenda.day").fill(day(45));
    await form.locator("[name=start]").fill("09:30");
    await button(form, "agenda.look").click();
    await page.locator("#differs").waitFor();
    assert.match(await page.locator("#differs del").innerText(), /14\sh\s00/);
    assert.match(await page.locator("#differs ins").innerText(), /9\sh\s30/);
    await look(lawyer, "event-differs");
    await phone.page.goto(at);
    assert.equal(await phone.page.locator("#past").count(), 0, "nothing is saved yet");
    await button(page.locator("#change form"), "agenda.change").click();
    await said(page, "event_changed");
    await phone.page.goto(at);
    await phone.page.locator("#past").waitFor();
    await look(phone, "event-moved-client");
  });

  await step("a deadline is reckoned from it, with the reason of each step", async () => {
    await page.goto(at);
    await page.getByRole("link", { name: t("agenda.law.from_this") }).click();
    await look(lawyer, "deadline-asked");
    await page.locator("#ask [name=rule]").selectOption("filing");
    await button(page.locator("#ask"), "agenda.law.look").click();
    await page.locator("#found").getByText(t("law.step.spared").split("{0}")[0]).waitFor();
    await look(lawyer, "deadline-found");
    const form = page.locator("#keep form");
    await address(form, "client");
    await button(form, "agenda.law.keep").click();
    await said(page, "event_added");
    await look(lawyer, "deadline-kept");
    await phone.page.goto(new URL(page.url()).pathname);
    await phone.page.locator("#found").getByText("art. 754").first().waitFor();
    await look(phone, "deadline-client");
  });

  await step("and follows it, in words before it is saved", async () => {
    await page.goto(at);
    await page.locator("#follows .event").waitFor();
    await field(page.locator("#change form"), "agenda.day").fill(day(52));
    await button(page.locator("#change form"), "agenda.look").click();
    await page.locator("#differs").getByText(t("law.rule.filing")).waitFor();
    assert.equal(await page.locator("#differs del").count(), 2);
    await look(lawyer, "deadline-follows");
    await button(page.locator("#change form"), "agenda.change").click();
    await said(page, "event_changed");
    await phone.page.reload();
    await phone.page.locator("#past").waitFor();
    await look(phone, "deadline-followed-client");
  });

  await step("cancelled, it stays, struck out", async () => {
    await page.goto(at);
    await page.locator("#cancel [name=reason]").fill("Renvoi à la demande du greffe.");
    await button(page.locator("#cancel"), "agenda.cancel").click();
    await said(page, "event_cancelled");
    await phone.page.goto(at);
    await phone.page.getByText("Renvoi à la demande du greffe.").waitFor();
    await look(phone, "event-cancelled-client");
    await phone.page.goto(`${space}/agenda`);
    assert.equal(await phone.page.locator(".event-off").count(), 1);
    await look(phone, "agenda-client");
  });

  await step("times are proposed, and one is chosen by a mailed link alone", async () => {
    await page.goto(`${space}/agenda`);
    await page.getByRole("link", { name: t("slot.link"), exact: true }).click();
    await page.getByText(t("slot.none.firm")).waitFor();
    const form = page.locator("#propose form");
    await field(form, "agenda.name").fill("Préparer l’audience");
    await form.locator("details > summary").click();
    for (const [i, at] of ["10:00", "14:30", "16:00"].entries()) {
      await form.locator(`[name=time${i + 1}]`).fill(day(5 + i));
      await form.locator(`[name=start${i + 1}]`).fill(at);
    }
    await form.locator("[name=place]").fill("Au cabinet");
    await address(form, "client");
    await look(lawyer, "slots-form");
    await button(form, "slot.propose").click();
    await said(page, "slots_proposed");
    await look(lawyer, "slots-waiting");
    const guest = await visit(context, browser, house, { phone: true, dark: true });
    const told = await until("the mail of the times", async () => (await house.mailsTo(client.email)).find(({ subject }) => subject === t("mail.slots.subject")));
    assert.ok(!/audience/i.test(told.text), "the mail says what it is about");
    await openLink(guest.page, told, true);
    await guest.page.locator("#waits").getByRole("link", { name: t("slot.to_choose") }).click();
    await look(guest, "slots-client");
    await guest.page.locator("#slots").getByRole("radio").nth(1).check();
    await button(guest.page, "slot.choose").click();
    await said(guest.page, "slot_chosen");
    await look(guest, "slots-chosen-client");
    await guest.page.getByRole("link", { name: t("slot.to_event") }).click();
    await guest.page.getByText(/14\sh\s30/).first().waitFor();
    await page.goto(`${space}/slots`);
    await look(lawyer, "slots-chosen");
  });
});
