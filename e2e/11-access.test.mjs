// Every page of the route table at two widths: no violation of axe's rules,
// nothing wider than the screen, nothing in the console.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, heading, openLink, openSpace, passphrase, row, said, send, signIn, signUp, t } from "./gesture.mjs";
import { House, folder } from "./house.mjs";
import { photograph, put, zip } from "./paper.mjs";

/** What a browser is given to keep or to listen to, not to show. */
const noPage = [
  "/language/{code}", "/healthz", "/door/{firm}/accent.css", "/f/{firm}/spaces/{space}/live", "/f/{firm}/spaces/{space}/receipts/{receipt}/file", "/d/{firm}/{box}/receipts/{receipt}/file",
  "/door/{firm}/logo.png", "/door/{firm}/logo-dark.png", "/f/{firm}/where/file",
  "/f/{firm}/spaces/{space}/exhibits/file", "/f/{firm}/spaces/{space}/exhibits/{version}/stamped", "/f/{firm}/spaces/{space}/register/file", "/f/{firm}/spaces/{space}/dires/paper", "/f/{firm}/spaces/{space}/dires/file", "/f/{firm}/spaces/{space}/attestations/{attestation}/file", "/f/{firm}/spaces/{space}/offers/{round}/file",
  ...["view", "file", "versions/{version}/file"].map((what) => `/f/{firm}/spaces/{space}/documents/{document}/${what}`),
];

/** Pages of forums, which the journeys of forums look at: 29, 34. */
const elsewhere = ["offers/{round}", "dires/{dire}", "dires/draft", "questions/{question}", "attestations/{attestation}"].map((what) => `/f/{firm}/spaces/{space}/${what}`);

/** The patterns of the route table that show a page. */
function patterns() {
  const table = readFileSync(new URL("../internal/web/site/routes.go", import.meta.url), "utf8");
  const found = [...table.matchAll(/Pattern: "GET ([^"]+)"/g)].map(([, pattern]) => pattern.replace("{$}", ""));
  assert.ok(found.length > 20, "the route table is read");
  for (const one of noPage) assert.ok(found.includes(one), `${one} is no route any more`);
  return found.filter((pattern) => !noPage.includes(pattern) && !elsewhere.includes(pattern));
}

const fits = (pattern) => new RegExp(`^${pattern.replace(/\{\w+\}/g, "[^/]+")}$`);

test("every page holds for everyone, on a phone and on a desk", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const lawyer = await visit(context, browser, house);
  const client = await visit(context, browser, house);
  const stranger = await visit(context, browser, house);
  for (const { watch } of [lawyer, client, stranger]) watch.allow(/status of 4(04|10|22|01)/);
  const pages = []; // [who, name, path, before looking]

  await step("pages of every kind are there", async () => {
    const paul = await house.mailTo(house.person("paul").email);
    const sophie = await house.mailTo(house.person("sophie").email);
    await signIn(lawyer.page, house.person("claire"));
    const desk = new URL(lawyer.page.url()).pathname;
    const space = await openLink(client.page, sophie);
    const picture = await put(await folder(context), "Plan du logement.jpg", await photograph(browser, 60_000));
    await lawyer.page.goto(space);
    await send(lawyer.page, [picture]);
    await lawyer.page.goto(space);
    const found = async (name) => new URL(await row(lawyer.page, name).getByRole("link", { name, exact: true }).getAttribute("href"), house.base).pathname;
    const [draft, plan] = [await found("Projet de convention de divorce.pdf"), await found(picture.name)];
    const reasons = await lawyer.page.locator("a[href$='/why']").first().getAttribute("href");
    const receipt = await lawyer.page.locator("a[href*='/receipts/']").first().getAttribute("href");
    const empty = await visit(context, browser, house);
    empty.watch.allow(/status of 404/);
    const own = await signUp(empty.page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: "nora@aubepine.example" });
    pages.push([empty, "an empty firm", own]);
    pages.push([empty, "its empty search", `${own}/search?q=rien`]);
    for (const path of ["/", "/legal", "/signin", `/signin?next=${encodeURIComponent(desk)}`, "/signin?sent=address", "/signup", "/e/nothing", "/r/nothing", "/nothing", "/demo/mails", sophie.path, "/styleguide", "/api"]) {
      pages.push([stranger, path, path]);
    }
    await lawyer.page.goto(`${space}/requests`);
    await button(lawyer.page, "room.link.make").click();
    await said(lawyer.page, "link_made");
    const box = (await house.mailTo(house.person("sophie").email, 2)).link;
    await stranger.page.goto(box);
    await send(stranger.page, [picture]);
    await stranger.page.goto(box);
    await button(stranger.page, "room.close.opener").click();
    await button(stranger.page.getByRole("dialog"), "room.close.confirm").click();
    await said(stranger.page, "deposit_closed");
    pages.push([stranger, "a deposit link", box], [stranger, "its receipt", new URL(stranger.page.url()).pathname]);
    await lawyer.page.goto(space);
    await send(lawyer.page, [await put(await folder(context), "Envoi.zip", zip({ "Bail.txt": "le bail" }))]);
    await lawyer.page.goto(space);
    pages.push([lawyer, "a photograph to be straightened", `${plan}/photo`]);
    pages.push([lawyer, "an archive", `${await found("Envoi.zip")}/archive`]);
    pages.push([stranger, "a good link", paul.link], [stranger, "a used link", sophie.link]);
    await lawyer.page.goto(`${desk}/people`);
    for (const link of (await lawyer.page.locator("main li a").all()).slice(0, 2)) {
      const colleague = await link.getAttribute("href");
      pages.push([lawyer, "a colleague", colleague]);
      if (!(await link.textContent()).includes("Claire")) pages.push([lawyer, "the absence of a colleague", `${new URL(colleague, house.base).pathname}/absence`]);
    }
    for (const path of ["", "/spaces/new", "/people", "/reviews", "/message-sizes", "/charter", "/charter/edit", "/conflicts", "/vigilance", "/sanctions", "/sanctions/search", "/programs", "/notices", "/absences", "/groups", "/where", "/diffusions", "/diffusions/new", "/support", "/journal", "/connections", "/entrance", "/entrance/host", "/search", "/search?q=convention"]) pages.push([lawyer, `desk ${path}`, desk + path]);
    await lawyer.page.goto(`${desk}/connections`);
    await field(lawyer.page, "connection.address").fill("https://gestion.example/annonces");
    await button(lawyer.page, "connection.submit").click();
    await lawyer.page.getByText("whsec_").first().waitFor();
    await lawyer.page.goto(`${desk}/connections`);
    await lawyer.page.getByRole("link", { name: "gestion.example" }).click();
    pages.push([lawyer, "a connection", new URL(lawyer.page.url()).pathname, unfolded]);
    await lawyer.page.goto(`${desk}/groups`);
    await lawyer.page.locator("section[aria-labelledby=new-title] input[type=text], section[aria-labelledby=new-title] input:not([type])").first().fill("Pôle social");
    await lawyer.page.locator("section[aria-labelledby=new-title] button[type=submit]").click();
    await lawyer.page.goto(`${desk}/groups`);
    pages.push([lawyer, "a group", new URL(await lawyer.page.getByRole("link", { name: "Pôle social" }).getAttribute("href"), house.base).pathname]);
    await lawyer.page.goto(`${space}/folders`);
    const shelf = new URL(await lawyer.page.locator("main a[href*='/folders/']").first().getAttribute("href"), house.base).pathname;
    for (const path of ["", "/list", "/requests", "/folders", "/people", "/access", "/trash", "/exhibits", "/register", "/offers", "/dires", "/questions", "/support", "/journal"]) pages.push([lawyer, `space ${path}`, space + path]);
    pages.push([lawyer, "the people of a space, unfolded", `${space}/people`, unfolded]);
    pages.push([lawyer, "a dossier de vigilance, unfolded", `${space}/vigilance`, unfolded]);
    pages.push([lawyer, "a folder", shelf]);
    await lawyer.page.goto(`${space}/agenda`);
    const date = new URL(await lawyer.page.locator("#agenda .event a").first().getAttribute("href"), house.base).pathname;
    pages.push([lawyer, "deadline", `${space}/agenda/deadline?rule=appeal&fact=2026-12-03`]);
    for (const path of [`${desk}/agenda`, `${desk}/agenda?past=1`, `${space}/agenda`, `${space}/slots`, date]) pages.push([lawyer, `dates ${path}`, path], [client, `her dates ${path}`, path]);
    await lawyer.page.goto(`${space}/people`);
    await lawyer.page.locator("#new-circle > summary").click();
    await field(lawyer.page, "room.circle.name").fill("Comptables");
    await button(lawyer.page, "room.circle.make").click();
    await said(lawyer.page, "circle_made");
    pages.push([lawyer, "a circle", new URL(lawyer.page.url()).pathname]);
    pages.push([lawyer, "who sees a document, and why", `${draft}/why`], [lawyer, "who sees a memo, and why", reasons], [lawyer, "who sees a date, and why", `${date}/why`]);
    pages.push([lawyer, "a document", draft, unfolded], [lawyer, "a picture", plan], [lawyer, "a receipt", receipt], [lawyer, "her access", "/account", unfolded], [lawyer, "what is absent", `${desk}/spaces/none`]);
    pages.push([client, "the client's space", space, unfolded], [client, "her document", draft], [client, "her receipt", receipt], [client, "her access", "/account", unfolded]);
    pages.push([client, "who opened her space", `${space}/access`], [client, "her notices", `${desk}/notices`]);
    pages.push([lawyer, "her two identities", "/account/merge"], [client, "the client's two identities", "/account/merge"]); // step by step in 37
    pages.push([lawyer, "her means of signing in", "/account/factors"], [client, "the client's means of signing in", "/account/factors"]);
    pages.push([stranger, "a second step without a first", "/signin/code"]); // the page itself is looked at in 16-factors
    pages.push([lawyer, "a code that nothing asks of her", "/account/code"]); // the page itself is looked at in 39-code
    for (const path of ["", "/none", "/none/back"]) pages.push([stranger, `the door of a firm ${path}`, `/door/${desk.split("/")[2]}${path}`]); // with a provider they are looked at in 30-entrance
    pages.push([lawyer, "no provider", `${desk}/entrance/none`]);
    pages.push([lawyer, "the lawyer's space, unfolded", space, unfolded]);
    await empty.page.goto(`${own}/people`);
    await field(empty.page, "desk.people.name").fill("Me Yann Ortie");
    await field(empty.page, "desk.people.email").fill("yann@aubepine.example");
    await empty.page.getByLabel(t("desk.role.colleague")).check();
    await button(empty.page, "desk.people.submit").click();
    await said(empty.page, "colleague_added");
    const yann = await house.mailTo("yann@aubepine.example");
    await openSpace(empty.page, own, { name: "Me Claire Delmas", email: house.person("claire").email });
    pages.push([lawyer, "a choice of firms", "/enter"], [stranger, "a link to choose a password", yann.link]);
  });

  await step("each of them holds on a phone and on a desk", async () => {
    const visitors = new Set(pages.map(([visitor]) => visitor));
    await Promise.all([...visitors].map(async (visitor) => {
      for (const [, name, path, before] of pages.filter(([who]) => who === visitor)) {
        await visitor.page.goto(path);
        await before?.(visitor.page);
        for (const [size, { viewport }] of Object.entries(sizes)) {
          await visitor.page.setViewportSize(viewport);
          await inspect(visitor.page, `${name} (${path}) on a ${size}`);
        }
      }
    }));
  });

  await step("refused forms hold too", async () => {
    const { page } = stranger;
    await page.setViewportSize(sizes.phone.viewport);
    await page.goto("/signup");
    await page.locator("form[action='/signup']").evaluate((form) => { form.noValidate = true; });
    await button(page, "door.do_sign_up").click();
    await page.locator(".summary").waitFor();
    await inspect(page, "a refused sign-up");
    await page.goto("/signin");
    const form = page.locator("form[action='/signin']");
    await field(form, "door.email").fill("personne@courriel.example");
    await field(form, "door.password").fill(passphrase);
    await button(form, "door.do_sign_in").click();
    await page.getByText(t("account.refused")).waitFor();
    await inspect(page, "a refused sign-in");
  });

  await step("a dialog holds", async () => {
    const [, , path] = pages.find(([, name]) => name === "space /people");
    await lawyer.page.goto(path);
    await button(lawyer.page, "room.remove.opener").first().click();
    await heading(lawyer.page.getByRole("dialog"), /./).waitFor();
    await inspect(lawyer.page, "a dialog");
  });

  await step("what a client sees holds, shown to her lawyer", async () => {
    const [, , path] = pages.find(([, name]) => name === "space /people");
    await lawyer.page.goto(path);
    await button(lawyer.page, "room.seen.do").first().click();
    await heading(lawyer.page, t("room.seen.title", "Mme Sophie Petit")).waitFor();
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await lawyer.page.setViewportSize(viewport);
      await inspect(lawyer.page, `what a client sees, on a ${size}`);
    }
  });

  await step("no page of the route table was left out", async () => {
    const seen = pages.map(([, , path]) => path.replace(/\?.*/, ""));
    for (const pattern of patterns()) assert.ok(seen.some((path) => fits(pattern).test(path)), `nobody looked at ${pattern}`);
  });
});

/** Unfolds everything that a page has folded. */
async function unfolded(page) {
  await page.locator("main details:not(.no-js)").evaluateAll((folds) => folds.forEach((fold) => { fold.open = true; }));
}
