// « Divorce » up to the complete checklist, on a phone of 390 px, in French:
// eleven papers, one « je ne l'ai pas », one « à refaire : illisible »,
// « J'ai terminé ».
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { browse, inspect, journey, visit } from "./browser.mjs";
import { button, heading, n, openLink, openSpace, said, signUp, t } from "./gesture.mjs";
import { folder, House, until } from "./house.mjs";
import { photograph, put, snapshot } from "./paper.mjs";

const lawyerOf = { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" };
const client = { name: "Mme Lise Corail", email: "lise.corail@courriel.example" };
const contract = "Contrat de mariage";
const payslips = "Trois derniers bulletins de salaire";

/** Keeps a picture to be looked at, where somebody asked for it. */
async function look(page, name) {
  if (process.env.E2E_LOOK) await page.screenshot({ path: join(process.env.E2E_LOOK, `${name}.png`), fullPage: true });
}

const task = (page, name) => page.locator("li.task").filter({ has: page.locator(".task-title", { hasText: name }) });
const standing = (page, name) => task(page, name).locator(".badge");

/** Chooses a file in the own line of a paper. */
async function choose(page, name, file) {
  const line = task(page, name);
  await line.locator("c-upload[data-ready]").waitFor();
  await line.locator("c-upload input[type=file]").setInputFiles(file.path);
}

/** Hands a paper in from its own line of the checklist. */
async function handIn(page, name, file) {
  await choose(page, name, file);
  await until(`${name} is handed in`, async () => (await standing(page, name).textContent()) === t("ui.deposited"));
}

/**
 * Does something between the asking for a refreshed page, which before brings
 * about, and its coming; meanwhile no file moves.
 */
async function whileItRefreshes(page, path, before, something) {
  let asked = false, done = false, came = false;
  await page.route((url) => url.pathname === path, async (route) => {
    const answer = await route.fetch();
    asked = true;
    await until("the page may come", () => done);
    await route.fulfill({ response: answer });
    came = true;
  });
  await before();
  await until("the page is asked for", () => asked);
  await page.route(/\/uploads(\/|$)/, async (route) => {
    await until("the page has come", () => came);
    await pause(200); // in which it is shown
    await route.continue();
  });
  await something();
  done = true;
  await until("the page comes", () => came);
  await page.unrouteAll({ behavior: "wait" });
}

/** Unfolds what is settled. */
async function settled(page) {
  const fold = page.locator("#requests-done");
  if (!await fold.evaluate((one) => one.open)) await fold.locator("summary").click();
}

test("divorce up to the complete checklist, on a phone", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context, { whole: true });
  const step = journey(context, browser);
  const { page: office } = await visit(context, browser, house);
  const { page } = await visit(context, browser, house, { phone: true });
  const papers = await folder(context);
  const picture = await photograph(browser, 120_000);
  let space;
  let names;

  await step("the space opens with the papers of its model", async () => {
    const desk = await signUp(office, lawyerOf);
    space = await openSpace(office, desk, { ...client, checklist: true });
    await office.goto(`${space}/requests`);
    names = (await office.locator("#requests .task-title").allInnerTexts()).map((text) => text.replace(t("ui.asked"), "").trim());
    assert.equal(names.length, 11);
    await inspect(office, "the panel of the lawyer");
    await look(office, "01-panel");
  });

  await step("the client finds a calm checklist, with the camera one tap away", async () => {
    await openLink(page, await house.mailTo(client.email), true);
    await heading(page, t("room.request.yours")).waitFor();
    assert.equal(await page.locator("#requests .task").count(), 11);
    await task(page, names[0]).getByRole("button", { name: t("ui.photograph") }).waitFor();
    assert.match(await page.locator(".task-progress").innerText(), new RegExp(`0 sur 11`));
    await inspect(page, "the checklist");
    await look(page, "02-checklist");
  });

  await step("she says of one paper that she has none, and why", async () => {
    const line = task(page, contract);
    await line.getByText(t("room.request.lack"), { exact: true }).tap();
    await line.getByLabel(t("room.request.lack_why")).fill("Nous nous sommes mariés sans contrat.");
    await look(page, "03-why");
    await line.getByRole("button", { name: t("room.request.lack_do") }).tap();
    await said(page, "request_lack");
    await settled(page);
    assert.equal(await standing(page, contract).textContent(), t("ui.lacking"));
  });

  const photos = new Map();
  const early = new Set();
  const handedIn = (name) => until(`${name} is handed in`, async () => (await standing(page, name).textContent()) === t("ui.deposited"));

  await step("what she chooses while the page is being refreshed arrives too", async () => {
    for (const [index, name] of names.entries()) {
      if (name === contract) continue;
      const own = index === 0 ? await snapshot(browser) : Buffer.concat([picture, Buffer.from(String(index))]);
      photos.set(name, await put(papers, `IMG_20${index}.jpg`, own));
    }
    const [first, second, third] = photos.keys();
    for (const name of [first, second, third]) early.add(name);
    await whileItRefreshes(page, space, () => choose(page, first, photos.get(first)), async () => {
      await choose(page, second, photos.get(second));
      await task(page, second).locator("c-upload[data-busy]").waitFor();
    });
    for (const name of [first, second]) await handedIn(name);
    const camera = page.waitForEvent("filechooser");
    await task(page, third).getByRole("button", { name: t("ui.photograph") }).tap();
    const chooser = await camera;
    await task(page, third).locator("c-upload").evaluate((old) => { // what a refresh does while she takes her picture
      const next = old.cloneNode(true);
      delete next.dataset.ready;
      old.replaceWith(next);
    });
    await task(page, third).locator("c-upload[data-ready]").waitFor();
    let seen = false;
    await page.route(/\/uploads(\/|$)/, async (route) => { await until("she sees it", () => seen); await route.continue(); });
    await chooser.setFiles(photos.get(third).path);
    await task(page, third).locator(".transfer").waitFor();
    seen = true;
    await handedIn(third);
    await page.unrouteAll({ behavior: "wait" });
  });

  await step("ten papers are photographed, each from its line", async () => {
    for (const [name, photo] of photos) if (!early.has(name)) await handIn(page, name, photo);
    await page.getByText(t("room.request.all_in")).waitFor();
    await look(page, "04-all-in");
  });

  await step("one of them, taken askew, is straightened beside its photograph and answers the same line", async () => {
    await page.locator("#deposit .doc").filter({ hasText: "IMG_200.jpg" }).getByRole("link", { name: t("room.photo.title") }).tap();
    await page.getByRole("heading", { name: t("room.photo.after"), exact: true }).waitFor();
    await until("both are drawn", () => page.evaluate(() => [...document.querySelectorAll("main img")].every((one) => one.complete && one.naturalWidth > 100)));
    await look(page, "04b-straighten");
    await page.getByRole("button", { name: t("room.photo.do") }).tap();
    await said(page, "photo_straightened");
    await page.goto(space);
    await settled(page);
    assert.match(await task(page, names[0]).innerText(), /IMG_200\.jpg[\s\S]*IMG_200 \(redressé\)\.pdf/);
    await look(page, "04c-both");
  });

  await step("« J'ai terminé »: the receipt says which papers were answered", async () => {
    await button(page, "room.close.opener").tap();
    await button(page.getByRole("dialog"), "room.close.confirm").tap();
    await said(page, "deposit_closed");
    const text = await page.locator("main").innerText();
    for (const name of names.filter((one) => one !== contract)) assert.ok(text.includes(name), name);
    await look(page, "05-receipt");
  });

  await step("the lawyer sends one back, in a gesture", async () => {
    await office.goto(`${space}/requests`);
    const line = task(office, payslips);
    await line.getByText(t("room.request.return"), { exact: true }).click();
    await line.getByLabel(t("room.request.return_why")).fill("Illisible : le mois de mars est flou.");
    await look(office, "06-return");
    await line.getByRole("button", { name: t("room.request.return_do") }).click();
    await said(office, "request_return");
  });

  await step("she sees it at once, first of all, and does it again", async () => {
    await page.goto(space);
    const first = page.locator("#requests .task").first();
    assert.match(await first.innerText(), /Illisible : le mois de mars est flou\./);
    assert.equal(await first.locator(".badge").textContent(), t("ui.redo"));
    await look(page, "07-redo");
    await handIn(page, payslips, await put(papers, "IMG_300.jpg", Buffer.concat([picture, Buffer.from("net")])));
    await button(page, "room.close.opener").tap();
    await button(page.getByRole("dialog"), "room.close.confirm").tap();
    await said(page, "deposit_closed");
  });

  await step("the lawyer accepts, waives, and the checklist is complete", async () => {
    for (;;) {
      await office.goto(`${space}/requests`);
      const accept = button(office, "room.request.accept_do");
      if (await accept.count() === 0) break;
      await accept.first().click();
      await said(office, "request_accept");
    }
    const line = task(office, contract);
    await line.getByText(t("room.request.waive"), { exact: true }).click();
    await line.getByRole("button", { name: t("room.request.waive_do") }).click();
    await said(office, "request_waive");
    await office.getByText(n("room.request.settled", 11), { exact: true }).waitFor();
    await look(office, "08-complete");
    await page.goto(space);
    await page.getByText(t("room.request.complete")).waitFor();
    await inspect(page, "her complete checklist");
    await look(page, "08-complete-hers");
  });

  await step("what is there already is offered before it is asked again, while she writes", async () => {
    await office.goto(`${space}/requests`);
    await office.getByLabel(t("room.request.names")).fill("Copie du livret de famille\nPermis de conduire");
    await until("the hint is there while she writes", async () => /livret/i.test(await office.locator("#offers").innerText()));
    await look(office, "09-offer");
    const answer = await office.locator("#offers").innerText();
    assert.ok(!/permis/i.test(answer), "a paper that is not there is not offered");
    await button(office, "room.request.reuse").first().click();
    assert.equal(await office.getByLabel(t("room.request.names")).inputValue(), "Permis de conduire");
    await button(office, "room.request.ask_do").click();
    await said(office, "asked");
    await office.goto(space.replace(/\/spaces\/.*/, ""));
    await office.getByText(n("desk.avoided", 1)).waitFor();
    await look(office, "10-desk");
  });
});
