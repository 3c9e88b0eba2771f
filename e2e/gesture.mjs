// The gestures that several journeys share, done as people do them: through
// labels, buttons and links, never through addresses of forms.
import assert from "node:assert/strict";
import { browse, journey, visit } from "./browser.mjs";
import { House } from "./house.mjs";
import { digest } from "./paper.mjs";
import { like, n, t } from "./words.mjs";

/** A sentence of one's own, as the sign-up page advises. */
export const passphrase = "le canal gele en janvier sous le pont vert";

export const button = (at, key, ...args) => at.getByRole("button", { name: t(key, ...args), exact: true });

export const field = (at, key) => at.getByLabel(t(key), { exact: true });

export const heading = (at, name) => at.getByRole("heading", { name });

/** Signs in with a password and stands where the product leads. */
export async function signIn(page, { email, password }) {
  await page.goto("/signin");
  const form = page.locator("form[action='/signin']");
  await field(form, "door.email").fill(email);
  await field(form, "door.password").fill(password);
  await button(form, "door.do_sign_in").click();
  await page.waitForURL(/\/f\/|\/enter/);
}

/** Signs a firm up and stands in it. */
export async function signUp(page, { firm, name, email, password = passphrase }) {
  await page.goto("/signup");
  await field(page, "door.firm").fill(firm);
  await field(page, "door.name").fill(name);
  await field(page, "door.work_email").fill(email);
  await field(page, "door.new_password").fill(password);
  await button(page, "door.do_sign_up").click();
  await page.waitForURL(/\/f\/[^/]+\?done=firm_opened$/);
  return new URL(page.url()).pathname;
}

/** Opens a space from the desk of the firm; returns its path. */
export async function openSpace(page, desk, { name, email, model = "divorce", profile = "particulier", checklist = false }) {
  await page.goto(desk);
  await page.getByRole("link", { name: t("desk.open") }).first().click();
  await field(page, "desk.new.name").fill(name);
  await field(page, "desk.new.email").fill(email);
  await page.locator(`input[name=model][value=${model}]`).check();
  await page.locator(`input[name=profile][value=${profile}]`).check();
  await page.getByLabel(t("desk.new.checklist")).setChecked(checklist);
  await button(page, "desk.new.submit").click();
  await page.waitForURL(/\/spaces\/[^/]+\?done=space_opened$/);
  return new URL(page.url()).pathname;
}

/** Invites somebody from outside into a space, where the page of its people says in which role. */
export async function invite(page, space, { name, email, role = "guest" }) {
  await page.goto(`${space}/people`);
  await page.locator("section", { has: page.getByRole("heading", { name: t("room.guest.title") }) }).getByLabel(t("room.guest.name"), { exact: true }).fill(name);
  await field(page, "room.guest.email").fill(email);
  await page.locator(`input[name=role][value=${role}]`).check();
  await button(page, "room.guest.add").click();
}

/** Makes a party of a space with a guest in it; check looks at the form before it is sent. */
export async function makeParty(page, space, { name, party }, check = () => {}) {
  await page.goto(`${space}/people`);
  await page.locator("#new-circle > summary").click();
  await field(page, "room.circle.name").fill(party);
  await page.locator("#new-circle input[name=kind][value=party]").check();
  await page.locator("#new-circle label").filter({ hasText: name }).getByRole("checkbox").check();
  await check();
  await button(page, "room.circle.make").click();
  await said(page, "party_made");
}

/** Opens the link of a mail with the one gesture of its page; returns the space's path. */
export async function openLink(page, mail, touch = false) {
  await page.goto(mail.link);
  const open = button(page, "door.open");
  await (touch ? open.tap() : open.click());
  await page.waitForURL(/\/spaces\/[^/]+$/);
  return new URL(page.url()).pathname;
}

/** The rows of the files being sent. */
export const transfers = (page) => page.locator("c-upload#upload .transfer");

/** Chooses files and waits until each has arrived; returns the SHA-256 each row shows. */
export async function send(page, files, limit = 20_000) {
  await page.locator("c-upload#upload[data-ready]").waitFor();
  await page.locator("c-upload#upload input[type=file]").setInputFiles(files.map(({ path }) => path));
  const sums = [];
  for (const file of files) {
    const row = transfers(page).filter({ has: page.getByText(file.name, { exact: true }) }).last();
    await row.and(page.locator("[data-state=done]")).waitFor({ timeout: limit });
    sums.push(await row.locator("[data-hash] code").textContent());
  }
  return sums;
}

/** Chooses the circle a document or memo goes to, by its name. */
export async function address(at, kind) {
  await at.locator(".circles .choice").filter({ has: at.page().getByText(t(`circle.kind.${kind}`), { exact: true }) }).getByRole("radio").check();
}

/** The row of a document in the lists of a space. */
export const row = (page, title) => page.locator("#documents .doc").filter({ has: page.getByRole("link", { name: title, exact: true }) });

/** Writes a memo that opens a thread; a circle is chosen on the firm's side only. */
export async function write(page, { subject, body, circle }) {
  const form = await unfold(page, "room.compose");
  await field(form, "room.subject").fill(subject);
  await field(form, "room.body").fill(body);
  if (circle) await address(form, circle);
  await button(form, circle ? "room.send" : "room.send_firm").click();
  await page.waitForURL(/done=memo_sent/);
}

/** Takes a file by the link that offers it: its name, address and SHA-256, and where it lies now. */
export async function take(page, link) {
  const coming = page.waitForEvent("download");
  await link.click();
  const file = await coming;
  const path = await file.path();
  return { name: file.suggestedFilename(), url: file.url(), path, sha256: await digest(path) };
}

/** The page that says what was done. */
export async function said(page, what) {
  await page.waitForURL(new RegExp(`[?&]done=${what}\\b`));
  assert.equal((await page.locator("#flash").innerText()).trim(), t(`done.${what}`));
}

/** Unfolds a part of a page by its title; what is open stays open. */
export async function unfold(page, key) {
  const fold = page.locator("details").filter({ has: page.locator("summary").filter({ hasText: t(key) }) });
  if (!await fold.evaluate((one) => one.open)) await fold.locator("summary").first().click();
  return fold;
}

/**
 * The beginning of most journeys: a house, a browser, and a lawyer who has
 * signed her own firm up and opened a space for a client.
 */
export async function begin(context, options = {}) {
  const house = await House.start(context, options.settings);
  const browser = await browse(context);
  const lawyer = await visit(context, browser, house, options);
  const founder = { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" };
  const client = { name: "Mme Lise Corail", email: "lise.corail@courriel.example" };
  const desk = await signUp(lawyer.page, founder);
  const space = await openSpace(lawyer.page, desk, { ...client, checklist: options.checklist });
  return { house, browser, step: journey(context, browser), lawyer, founder, client, desk, space };
}

export { like, n, t };
