// A second factor: an application's codes without any script, then passkeys in
// a browser whose authenticator is played by its own protocol (CDP); then a firm
// that demands a second factor of its people, and a forum that does of everybody in it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { browse, inspect, journey, narrow, visit } from "./browser.mjs";
import { button, field, heading, invite, like, makeParty, openLink, passphrase, said, signIn, t } from "./gesture.mjs";
import { House, until } from "./house.mjs";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code of RFC 6238 for a secret as the page spells it, some periods from now. */
function code(secret, later = 0) {
  let bits = "";
  for (const letter of secret.replaceAll(" ", "")) bits += alphabet.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const sum = createHmac("sha1", key).update(counter).digest();
  const at = sum.at(-1) & 15;
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Signs in up to the second step. */
async function firstStep(page, { email, password }) {
  await page.goto("/signin?again=1");
  const form = page.locator("form[action='/signin']");
  await field(form, "door.email").fill(email);
  await field(form, "door.password").fill(password);
  await button(form, "door.do_sign_in").click();
  await page.waitForURL(/\/signin\/code/);
}

async function finish(page, text) {
  await field(page, "door.code_label").fill(text);
  await button(page, "door.do_code").click();
}

test("codes of an application, without script", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page, watch } = await visit(context, browser, house, { phone: true, script: false });
  watch.allow(/status of 422/); // a wrong code
  const lawyer = house.person("karim");
  let secret, recovery;

  await step("the lawyer adds an application with its first code", async () => {
    await signIn(page, lawyer);
    await page.goto("/account/factors");
    await button(page, "door.app_add").click();
    await heading(page, t("door.app")).first().waitFor();
    assert.equal(await page.locator("svg.qr").isVisible(), true, "the picture is shown");
    secret = await page.locator(".app-secret code").innerText();
    await narrow(page, "the page of the secret");
    await field(page, "door.app_code").fill("000000");
    await button(page, "door.app_do").click();
    await page.locator(".field-error").waitFor();
    assert.equal(await page.locator(".app-secret code").innerText(), secret, "the same secret comes back");
    await field(page, "door.app_code").fill(code(secret));
    await button(page, "door.app_do").click();
    await heading(page, t("door.recovery")).first().waitFor();
    recovery = await page.locator(".recovery-codes code").allInnerTexts();
    assert.equal(recovery.length, 10);
    await narrow(page, "the page of recovery codes");
  });

  const elsewhere = await visit(context, browser, house, { script: false });
  elsewhere.watch.allow(/status of 422/);

  await step("her password is not enough; a code is", async () => {
    await firstStep(elsewhere.page, lawyer);
    await elsewhere.page.goto("/account");
    assert.match(elsewhere.page.url(), /\/signin\?next=/, "one step opens nothing");
    await elsewhere.page.goto("/signin/code");
    await finish(elsewhere.page, code(secret)); // the one that showed the application ready
    await elsewhere.page.locator(".field-error").waitFor();
    await finish(elsewhere.page, code(secret, 1));
    await elsewhere.page.waitForURL(/\/f\/|\/enter/);
    await elsewhere.page.goto("/account");
    await elsewhere.page.getByText(t("door.by.password_code")).first().waitFor();
  });

  await step("a recovery code stands in, once", async () => {
    const third = await visit(context, browser, house, { script: false });
    third.watch.allow(/status of 422/);
    await firstStep(third.page, lawyer);
    await finish(third.page, recovery[0]);
    await third.page.waitForURL(/\/f\/|\/enter/);
    await firstStep(third.page, lawyer);
    await finish(third.page, recovery[0]);
    await third.page.locator(".field-error").waitFor();
  });

  await step("another mailbox is hers when both have said so, and her codes stay", async () => {
    const moved = { ...lawyer, email: "karim@leroy.example" };
    await firstStep(page, lawyer);
    await finish(page, recovery[1]);
    await page.waitForURL(/\/f\/|\/enter/);
    await page.goto("/account");
    await page.locator("details:has(#f-mailbox) > summary").click();
    await field(page, "door.mailbox_new").fill(moved.email);
    await button(page, "door.mailbox_ask").click();
    await page.getByText(t("door.mailbox_new.no")).waitFor();
    await narrow(page, "an address that waits for both mailboxes");
    const asked = async (address) => until(`the mail to ${address}`, async () => (await house.mailsTo(address)).find(({ link }) => link?.includes("/e/"))?.link, 20_000);
    for (const [address, then] of [[moved.email, "half"], [lawyer.email, "done"]]) {
      await elsewhere.page.goto(await asked(address));
      await button(elsewhere.page, "door.move.confirm").click();
      await heading(elsewhere.page, t(`door.move.title.${then}`)).first().waitFor();
    }
    await firstStep(page, moved);
    await finish(page, recovery[2]);
    await page.waitForURL(/\/f\/|\/enter/);
  });
});

/** Plays the authenticator of who holds a page: it says yes to whatever the page asks of it. */
async function authenticator(context, page) {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  });
}

/** She stands on this page, and was led nowhere else. */
const at = (page, path) => assert.equal(new URL(page.url()).pathname, path);

/** Adds an application to who stands on the page of her factors; returns its secret, by the page of recovery codes. */
async function enrol(page) {
  await button(page, "door.app_add").click();
  const secret = await page.locator(".app-secret code").innerText();
  await field(page, "door.app_code").fill(code(secret));
  await button(page, "door.app_do").click();
  await heading(page, t("door.recovery")).first().waitFor();
  return secret;
}

/** Shows that her mailbox is hers, by a new password: who signed up has not answered any mail yet. */
async function prove(page, house, { email }) {
  await page.goto("/account/factors");
  await button(page, "door.send_link").click();
  await page.goto((await until("her link", async () => (await house.mailsTo(email)).find(({ link }) => link?.includes("/p/")))).link);
  await field(page, "door.new_password").fill(passphrase);
  await button(page, "door.do_choose").click();
  await page.waitForURL(/done=password_chosen/);
}

test("a firm demands a second factor of its people", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const [founder, colleague, client] = ["claire", "karim", "sophie"].map((name) => house.person(name));
  const { page, watch } = await visit(context, browser, house);
  const his = await visit(context, browser, house, { phone: true });
  const hers = await visit(context, browser, house, { phone: true });
  const desk = `/f/${founder.firm}`;
  const form = page.locator("#factors form");
  let space, secret;

  await step("a colleague and a client are in, with one thing each", async () => {
    space = await openLink(hers.page, await house.mailTo(client.email));
    await signIn(page, founder);
    await signIn(his.page, colleague);
    await his.page.goto(`${space}/agenda`);
    at(his.page, `${space}/agenda`);
  });

  await step("who has none herself cannot demand it", async () => {
    await page.goto(`${desk}/people`);
    watch.allow(/status of 409/);
    await button(form, "desk.factors.demand").click();
    await page.getByText(t("firm.factor_first")).first().waitFor();
    await inspect(page, "a demand refused");
    await prove(page, house, founder);
    await page.goto("/account/factors");
    await enrol(page);
    await page.getByRole("link", { name: t("door.recovery_done"), exact: true }).click();
    await page.waitForURL(/\/account\/factors$/);
  });

  await step("she demands it from a day on, and sees who has none", async () => {
    await page.goto(`${desk}/people`);
    await page.locator(".desk-card").filter({ hasText: colleague.name }).getByText(t("desk.factors.bare"), { exact: true }).waitFor();
    await field(form, "desk.factors.grace").selectOption("7");
    await button(form, "desk.factors.demand").click();
    await said(page, "factors_demanded");
    await inspect(page, "a demand with a grace");
  });

  await step("until then he is told on his desk, and works on", async () => {
    await his.page.goto(desk);
    const told = his.page.locator(".desk-demand");
    await told.getByRole("link", { name: t("desk.factors.add"), exact: true }).waitFor();
    await inspect(his.page, "a desk that tells of a demand to come");
    await his.page.goto(`${space}/agenda`);
    at(his.page, `${space}/agenda`);
  });

  await step("from then on every page of the firm leads to where he adds it", async () => {
    await button(form, "desk.factors.waive").click();
    await said(page, "factors_demanded");
    await field(form, "desk.factors.grace").selectOption("0");
    await button(form, "desk.factors.demand").click();
    await said(page, "factors_demanded");
    await his.page.goto(desk);
    await his.page.waitForURL(/\/account\/factors\?/);
    await his.page.goto(`${space}/agenda`);
    await his.page.waitForURL(/\/account\/factors\?/);
    await his.page.getByText(like("door.demanded")).waitFor();
    await inspect(his.page, "the factors that a firm demands");
  });

  await step("he adds one and goes on where he was", async () => {
    secret = await enrol(his.page);
    await inspect(his.page, "the recovery codes of a demand");
    await his.page.getByRole("link", { name: t("door.recovery_done"), exact: true }).click();
    await his.page.waitForURL((url) => url.pathname === `${space}/agenda`);
    await page.goto(`${desk}/people`);
    const card = page.locator(".desk-card").filter({ hasText: colleague.name });
    assert.equal(await card.getByText(t("desk.factors.bare"), { exact: true }).count(), 0, "he is not without one any more");
  });

  await step("his password alone does not open the firm again; the client goes on as ever", async () => {
    await his.page.context().clearCookies();
    await firstStep(his.page, colleague);
    await his.page.goto(`${space}/agenda`);
    assert.match(his.page.url(), /\/signin\?next=/, "one step opens nothing");
    await his.page.goto("/signin/code");
    await finish(his.page, code(secret, 1));
    await his.page.waitForURL(/\/f\/|\/enter/);
    await hers.page.goto(space);
    at(hers.page, space);
  });
});

test("a forum demands a second factor of everybody in it", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const [founder, colleague, client] = ["claire", "karim", "sophie"].map((name) => house.person(name));
  const counsel = { name: "Me Anne Roux", email: "anne@roux.example", party: "Partie adverse" };
  const { page, watch } = await visit(context, browser, house);
  const his = await visit(context, browser, house, { phone: true });
  const hers = await visit(context, browser, house, { phone: true });
  const form = page.locator("#demand form");
  for (const { watch: open } of [his, hers]) open.allow(/403/); // a page that stands open when the demand comes
  let space;

  await step("a space becomes a forum; everybody is in it with one thing", async () => {
    space = await openLink(hers.page, await house.mailTo(client.email));
    await signIn(page, founder);
    await signIn(his.page, colleague);
    await invite(page, space, counsel);
    await makeParty(page, space, counsel);
    for (const one of [hers, his]) {
      await one.page.goto(`${space}/agenda`);
      at(one.page, `${space}/agenda`);
    }
  });

  await step("who has shown less cannot demand more", async () => {
    await page.goto(`${space}/questions`);
    watch.allow(/status of 409/);
    await form.locator("input[value=second_factor]").check();
    await button(form, "space.demand.set").click();
    await page.getByText(t("space.demand_first")).first().waitFor();
    await inspect(page, "a demand of a forum refused");
    await prove(page, house, founder);
    await page.goto("/account/factors");
    await enrol(page);
    await page.getByRole("link", { name: t("door.recovery_done"), exact: true }).click();
    await page.waitForURL(/\/account\/factors$/);
  });

  await step("once she has shown it she demands it, and sees who has none", async () => {
    await page.goto(`${space}/questions`);
    await page.locator("#demand").getByText(like("space.demand.without")).first().waitFor();
    assert.match(await page.locator("#demand").innerText(), new RegExp(colleague.name));
    await form.locator("input[value=second_factor]").check();
    await button(form, "space.demand.set").click();
    await said(page, "space_demanded");
    await inspect(page, "a forum that demands a second factor");
  });

  await step("each page of it leads to where he adds it, and then back to the page that he wanted", async () => {
    await his.page.goto(`${space}/agenda?past=1`);
    await his.page.waitForURL(/\/account\/factors\?ask=second_factor&next=/);
    await his.page.getByText(t("door.asked.add.second_factor")).waitFor();
    await narrow(his.page, "the factors that a forum demands");
    await inspect(his.page, "the factors that a forum demands");
    await enrol(his.page);
    await his.page.getByRole("link", { name: t("door.recovery_done"), exact: true }).click();
    await his.page.waitForURL((url) => url.pathname === `${space}/agenda` && url.search === "?past=1");
  });

  await step("who came by a link is led there too, and enters again when nothing is demanded any more", async () => {
    await hers.page.goto(space);
    await hers.page.waitForURL(/\/account\/factors\?ask=second_factor&next=/);
    await narrow(hers.page, "what a forum demands of who came by a link");
    await inspect(hers.page, "what a forum demands of who came by a link");
    await page.goto(`${space}/questions`);
    await form.locator("input[value=password]").check();
    await button(form, "space.demand.set").click();
    await said(page, "space_demanded");
    await hers.page.goto(space);
    at(hers.page, space);
  });
});

test("passkeys", async (context) => {
  const house = await House.start(context, (port) => ({ CENACLE_URL: `http://localhost:${port}` })); // browsers keep passkeys under names
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page, watch, context: own } = await visit(context, browser, house, { phone: true });
  watch.allow(/status of 422/); // a name that is none
  await authenticator(own, page);
  const client = house.person("sophie");

  await step("a client who came by a link keeps a passkey with one gesture", async () => {
    await openLink(page, await house.mailTo(client.email));
    await page.goto("/account/factors");
    await inspect(page, "the means of signing in");
    await button(page, "door.key_add").click();
    await heading(page, t("door.recovery")).first().waitFor();
    await inspect(page, "the recovery codes");
  });

  await step("she enters without address and password", async () => {
    await page.context().clearCookies();
    await page.goto("/signin");
    await inspect(page, "the sign-in page with passkeys");
    await button(page, "door.key_use").click();
    await page.waitForURL(/\/f\/|\/enter/);
    await page.goto("/account");
    await page.getByText(t("door.by.passkey")).first().waitFor();
  });

  await step("she gives her passkey a name of her own", async () => {
    await page.goto("/account/factors");
    const one = page.locator(".sessions .session");
    await one.locator(".task-fold > summary").click();
    await field(page, "door.factor_name").fill("  ");
    await button(one, "door.factor_rename").click();
    await one.locator(".field-error").waitFor();
    await inspect(page, "a passkey without a name");
    await field(page, "door.factor_name").fill("Téléphone de Sophie");
    await button(one, "door.factor_rename").click();
    await said(page, "factor_renamed");
    await one.getByText("Téléphone de Sophie", { exact: true }).waitFor();
  });

  await step("a link alone does not open any more, her passkey finishes it", async () => {
    await page.context().clearCookies();
    await page.goto("/signin");
    const form = page.locator("form[action='/signin/link']");
    await form.locator("input[type=email]").fill(client.email);
    await button(form, "door.send_link").click();
    await heading(page, t("door.sent")).first().waitFor();
    await page.goto((await until("a second link", async () => (await house.mailsTo(client.email)).filter(({ link }) => link?.includes("/l/")).length > 1 && (await house.mailsTo(client.email)).find(({ link }) => link?.includes("/l/")))).link);
    await button(page, "door.open").click();
    await page.waitForURL(/\/signin\/code/);
    await inspect(page, "the second step");
    await button(page, "door.key_use").click();
    await page.waitForURL(/\/f\/|\/enter/);
  });
});

test("a forum demands a passkey of everybody in it", async (context) => {
  const house = await House.start(context, (port) => ({ CENACLE_URL: `http://localhost:${port}` }));
  const browser = await browse(context);
  const step = journey(context, browser);
  const [founder, colleague] = ["claire", "karim"].map((name) => house.person(name));
  const counsel = { name: "Me Anne Roux", email: "anne@roux.example", party: "Partie adverse" };
  const lawyer = await visit(context, browser, house);
  const his = await visit(context, browser, house, { phone: true });
  his.watch.allow(/403/); // a page that stands open when the demand comes
  const { page } = lawyer;
  let space;

  /** Adds a passkey where she stands, and goes on from the page of her recovery codes. */
  const keep = async (at) => {
    await button(at, "door.key_add").click();
    await heading(at, t("door.recovery")).first().waitFor();
    await at.getByRole("link", { name: t("door.recovery_done"), exact: true }).click();
  };

  await step("a forum, whose lawyer signs in by her passkey and demands one", async () => {
    await authenticator(lawyer.context, page);
    await signIn(page, founder);
    await page.getByRole("link", { name: "Mme Sophie Petit" }).first().click();
    await page.waitForURL(/\/spaces\//);
    space = new URL(page.url()).pathname;
    await invite(page, space, counsel);
    await makeParty(page, space, counsel);
    await prove(page, house, founder);
    await page.goto("/account/factors");
    await keep(page);
    await page.waitForURL(/\/account\/factors$/);
    await page.goto(`${space}/questions`);
    await page.locator("#demand input[value=passkey]").check();
    await button(page.locator("#demand form"), "space.demand.set").click();
    await said(page, "space_demanded");
    await page.locator("#demand").getByText(like("space.demand.without")).first().waitFor();
    await inspect(page, "a forum that demands a passkey");
  });

  await step("who has none is led to where he adds it, and then to the page that he wanted", async () => {
    await authenticator(his.context, his.page);
    await signIn(his.page, colleague);
    await his.page.goto(`${space}/agenda?past=1`);
    await his.page.waitForURL(/\/account\/factors\?ask=passkey&next=/);
    await his.page.getByText(t("door.asked.add.passkey")).waitFor();
    await inspect(his.page, "the passkey that a forum demands");
    await keep(his.page);
    await his.page.waitForURL((url) => url.pathname === `${space}/agenda` && url.search === "?past=1");
  });

  await step("a session that shows it opens the forum at once, his password alone does not", async () => {
    await his.page.goto("about:blank"); // an open page would ask again, as nobody
    await his.context.clearCookies();
    await firstStep(his.page, colleague);
    await his.page.goto(`${space}/agenda`);
    assert.match(his.page.url(), /\/signin\?next=/, "one step opens nothing");
    await button(his.page, "door.key_use").click();
    await his.page.waitForURL((url) => url.pathname === `${space}/agenda`);
  });
});
