// The lawyer's desk says who awaits what over all her spaces; the client's page
// says what is new, what is expected of her and whom she can ask.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, journey, visit } from "./browser.mjs";
import { button, field, heading, like, n, openLink, row, signIn, t, unfold } from "./gesture.mjs";
import { House, until } from "./house.mjs";

const part = (page, key) => page.locator("section").filter({ has: page.getByRole("heading", { name: t(key), exact: true }) });

/** Waits until the first page of a document is drawn: it has been read then. */
async function drawn(page) {
  const first = page.locator(".leaves img").first();
  await first.waitFor();
  await until("the page is drawn", () => first.evaluate((image) => image.complete && image.naturalWidth > 1000), 30_000);
}

test("who awaits what", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page } = await visit(context, browser, house);
  const phone = await visit(context, browser, house, { phone: true });
  const [claire, sophie, paul] = ["claire", "sophie", "paul"].map((one) => house.person(one));
  let desk, space;

  await step("the demonstration's lawyer stands before what awaits her and what she awaits", async () => {
    await signIn(page, claire);
    desk = new URL(page.url()).pathname;
    await heading(page, t("desk.title")).waitFor();
    const [mine, others] = await Promise.all(["desk.mine", "desk.others"].map((key) => part(page, key).innerText()));
    assert.ok(mine.includes(sophie.name) && mine.includes(n("desk.wait.read.document", 2)) && mine.includes(n("desk.wait.read.memo", 1)), mine);
    assert.ok(others.includes(sophie.name) && others.includes(paul.name) && others.includes(n("desk.awaits.answer.memo", 1)), others);
    const rows = await page.locator("#spaces tr").allInnerTexts();
    assert.equal(rows.length, 3);
    assert.ok(rows.some((text) => text.includes(sophie.name) && text.includes(n("desk.unread", 3))), rows.join());
  });

  await step("what she reads awaits her no more", async () => {
    await page.getByRole("row").filter({ hasText: sophie.name }).getByRole("link").first().click();
    space = new URL(page.url()).pathname;
    await row(page, "Livret de famille.pdf").getByRole("link", { name: "Livret de famille.pdf", exact: true }).click();
    await drawn(page);
    await page.goto(desk);
    const mine = await part(page, "desk.mine").innerText();
    assert.ok(mine.includes(n("desk.wait.read.document", 1)), mine);
  });

  await step("the keyboard opens a space and finds a document, whatever its accents", async () => {
    await page.goto(desk);
    await page.keyboard.press("/");
    await page.keyboard.type("batir SUD");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Mise en demeure – société Bâtir Sud.pdf" }).first().waitFor();
    await page.goto(desk);
    await page.keyboard.press("n");
    await heading(page, t("desk.open")).waitFor();
  });

  await step("the client sees what is expected of her, what is new, and whom to ask", async () => {
    assert.equal(await openLink(phone.page, await house.mailTo(sophie.email), true), space);
    const waits = await phone.page.locator("#waits").innerText();
    assert.match(waits, like("room.expected"));
    assert.match(waits, new RegExp(n("room.expected", 4)));
    assert.match(waits, like("ui.due"));
    const fresh = row(phone.page, "Projet de convention de divorce.pdf");
    assert.match(await fresh.innerText(), new RegExp(`${t("ui.unread")}|${t("ui.fresh")}`));
    const asked = await part(phone.page, "room.whom_to_ask").innerText();
    assert.ok(asked.includes(claire.name) && asked.includes(t("space.role.lead")), asked);
  });

  await step("once she has read and answered, only her papers are expected, and the lawyer's desk knows", async () => {
    await row(phone.page, "Projet de convention de divorce.pdf").getByRole("link").first().tap();
    await drawn(phone.page);
    await phone.page.goto(space);
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Votre projet de convention") });
    const read = phone.page.waitForResponse((answer) => answer.url().endsWith("/memos/read"));
    await talk.scrollIntoViewIfNeeded();
    await read;
    await talk.locator("summary").filter({ hasText: t("room.reply") }).tap();
    await talk.getByLabel(t("room.answer")).fill("Les dates me conviennent.");
    await button(talk, "room.send_firm").tap();
    await phone.page.waitForURL(/done=memo_sent/);
    await phone.page.goto(space);
    const left = phone.page.locator("#waits li");
    assert.equal(await left.count(), 1);
    assert.match(await left.innerText(), new RegExp(n("room.wait.hand_in.request", 9)));
    await page.goto(desk);
    const others = await part(page, "desk.others").innerText();
    assert.ok(!others.includes(n("desk.awaits.answer.memo", 1)) && others.includes(sophie.name) && others.includes(paul.name), others);
    assert.ok((await part(page, "desk.mine").innerText()).includes(n("desk.wait.read.memo", 2)));
  });
});
