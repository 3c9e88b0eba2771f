// A forum: parties with their private trays, and the common table. What a party
// keeps is nobody else's; what it puts onto the table is everybody's.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, field, invite, makeParty, openLink, row, said, send, t, unfold } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("two parties and a common table", async (context) => {
  const { step, lawyer, desk, space, house, browser } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  const people = {
    roux: { name: "Me Anne Roux", email: "roux@acquereur.example", party: "Acquéreur : SCI des Tilleuls" },
    noir: { name: "Me Paul Noir", email: "noir@vendeur.example", party: "Vendeur : M. Garnier" },
  };

  await step("the lawyer invites two lawyers, each into a party", async () => {
    for (const who of Object.values(people)) {
      await invite(page, space, who);
      await makeParty(page, space, who, async () => {
        await inspect(page, "people of a forum");
        if (who.party.startsWith("Vendeur")) await look(page, "people-1280");
      });
      await look(page, "party-1280");
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "a party on a phone");
    await look(page, "party-390");
    await page.goto(`${space}/people`);
    await look(page, "people-390");
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  const roux = await visit(context, browser, house, { phone: true }), noir = await visit(context, browser, house);
  let hers;
  await step("a party files into its private tray, and nobody else sees it", async () => {
    hers = await openLink(roux.page, await house.mailTo(people.roux.email));
    await roux.page.locator("c-upload#upload[data-ready]").waitFor();
    await narrow(roux.page, "the forum on a phone");
    await look(roux.page, "guest-empty-390");
    await send(roux.page, [await put(papers, "Devis de reprise.txt", Buffer.from("devis"))]);
    await roux.page.goto(hers);
    await row(roux.page, "Devis de reprise.txt").waitFor();
    await inspect(roux.page, "the forum of a party");
    await look(roux.page, "guest-kept-390");
    await openLink(noir.page, await house.mailTo(people.noir.email));
    for (const other of [noir.page, page]) {
      await other.goto(hers);
      assert.doesNotMatch(await other.locator("main").innerText(), /Devis de reprise/);
    }
    await page.goto(`${space}/people`);
    await page.locator(".room-member", { hasText: people.roux.name }).getByRole("button", { name: t("room.seen.do"), exact: true }).click();
    await page.getByText(t("room.forum.kept"), { exact: true }).waitFor();
    assert.doesNotMatch(await page.locator("main").innerText(), /Devis de reprise/);
    await inspect(page, "a forum as a party sees it");
    await look(page, "seen-1280");
    for (const word of ["Roux", "Acquéreur", "Tilleuls"]) assert.doesNotMatch(await noir.page.content(), new RegExp(word));
  });

  await step("she speaks with her party about it, and then puts it onto the table", async () => {
    await row(roux.page, "Devis de reprise.txt").getByRole("link").first().click();
    await inspect(roux.page, "a document that a party keeps");
    await look(roux.page, "kept-390");
    await unfold(roux.page, "room.about_document");
    await field(roux.page, "room.body").fill("À relire avant l’expertise.");
    await look(roux.page, "speaks-390");
    await button(roux.page, "room.send").click();
    await roux.page.getByText("À relire avant l’expertise.").waitFor();
    await roux.page.locator("#release").getByRole("button", { name: t("room.forum.release"), exact: true }).first().click();
    await roux.page.locator("dialog[open]").waitFor();
    await look(roux.page, "release-390");
    await roux.page.locator("dialog[open]").getByRole("button", { name: t("room.forum.release"), exact: true }).click();
    await said(roux.page, "document_released");
    await look(roux.page, "released-390");
    for (const other of [noir.page, page]) {
      await other.goto(hers);
      await row(other, "Devis de reprise.txt").waitFor();
      assert.doesNotMatch(await other.locator("main").innerText(), /À relire avant/);
    }
    await look(noir.page, "other-1280");
    await look(page, "firm-1280");
    assert.equal((await house.mailTo(people.noir.email)).text.includes("Devis"), false);
  });

  await step("what was put there has a number, which the next one takes over, and a register that each reads for herself", async () => {
    await roux.page.goto(hers);
    await send(roux.page, [await put(papers, "Devis corrigé.txt", Buffer.from("devis corrigé"))]);
    await roux.page.goto(hers);
    await row(roux.page, "Devis corrigé.txt").getByRole("link").first().click();
    await unfold(roux.page, "room.exhibit.replaces");
    await narrow(roux.page, "an exhibit to be replaced, on a phone");
    await look(roux.page, "replaces-390");
    await button(roux.page, "room.exhibit.replace").click();
    await said(roux.page, "document_released");
    await roux.page.getByText(t("room.exhibit.number", "1\u00a0bis"), { exact: true }).waitFor();
    await noir.page.goto(hers);
    await row(noir.page, "Devis de reprise.txt").getByRole("link").first().click();
    await noir.page.goto(`${noir.page.url()}/file`).catch(() => {}); // a download, by which she has the bytes
    for (const [who, at] of [["party", roux.page], ["other", noir.page], ["firm", page]]) {
      await at.goto(`${hers}/exhibits`);
      await at.locator(".room-exhibits tr", { hasText: "1\u00a0bis" }).getByText("Devis corrigé.txt").waitFor();
      await inspect(at, `the exhibits, ${who}`);
      await look(at, `exhibits-${who}`);
      await at.getByRole("link", { name: t("room.register.title") }).click();
      const wanted = who === "party" ? at.getByText(t("room.register.none.client"), { exact: true }) : at.getByRole("heading", { name: t("room.register.of", people.roux.party) });
      await wanted.waitFor();
      assert.equal(/Garnier/.test(await at.locator("main").innerText()), who !== "party"); // another party is nobody's to know of
      await inspect(at, `the register, ${who}`);
      await look(at, `register-${who}`);
    }
    await narrow(roux.page, "the register on a phone");
    const opened = page.locator(".room-exhibits tr", { hasText: "Devis de reprise.txt" });
    assert.match(await opened.innerText(), new RegExp(t("room.register.opened", "").trim()));
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: t("room.exhibit.download") }).click()]);
    const lines = (await readFile(await file.path(), "utf8")).trim().split("\n");
    assert.equal(lines.length, 1 + 2 * 2, lines.join("\n"));
  });

  await step("who administers the firm adds a size of its own, for its people alone", async () => {
    await page.goto(`${desk}/people`);
    await page.getByRole("link", { name: t("desk.size.title"), exact: true }).click();
    const line = (number) => page.getByRole("group", { name: t("desk.size.row", number), exact: true });
    await field(line(1), "desk.size.name").fill("Messagerie du cabinet");
    await field(line(1), "desk.size.megabytes").fill("4,5");
    lawyer.watch.allow(/status of 422/);
    await button(page, "desk.size.choose").click();
    await line(1).locator(".field-error").waitFor();
    await inspect(page, "a size that cannot be kept");
    await field(line(1), "desk.size.megabytes").fill("18");
    await button(page, "desk.size.choose").click();
    await said(page, "sizes_chosen");
    for (const [at, count] of [[roux.page, 0], [page, 1]]) {
      await at.goto(`${hers}/exhibits`);
      assert.equal(await at.locator(".room-send").first().locator("label", { hasText: "Messagerie du cabinet" }).count(), count);
    }
  });

  await step("what a party has communicated leaves in messages that a court takes, and each alone with its number", async () => {
    for (const [who, at] of [["party", roux.page], ["firm", page]]) {
      await at.goto(`${hers}/exhibits`);
      await at.locator(".room-send summary").first().click();
      await inspect(at, `a sending to be prepared, ${who}`);
      await look(at, `send-${who}`);
      await narrow(at, `a sending to be prepared, ${who}, on a phone`);
      if (who === "firm") await at.locator(".room-send").first().getByRole("radio", { name: /Messagerie du cabinet/ }).check();
      for (const [button, name] of [[t("room.dispatch.send"), /^Envois de pièces\.zip$/], [t("room.dispatch.cover"), /^Pièce 1 - page de garde\.pdf$/]]) {
        const [file] = await Promise.all([at.waitForEvent("download"), at.getByText(button, { exact: true }).first().click()]);
        assert.match(file.suggestedFilename(), name);
        const bytes = await readFile(await file.path());
        if (file.suggestedFilename().endsWith(".pdf")) assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
        else for (const named of ["Envoi 1/Bordereau de pièces communiquées.pdf", "Envoi 1/Pièce 1 bis - Devis corrigé.txt", "index.csv"]) assert.ok(bytes.includes(named), named);
      }
    }
  });

  await step("what each has had is attested, in a file that proves it", async () => {
    await page.goto(`${hers}/register`);
    await page.getByRole("button", { name: t("room.attest.make") }).first().click();
    await page.locator("dialog[open]").getByRole("button", { name: t("room.attest.make"), exact: true }).click();
    await said(page, "exchange_attested");
    await page.locator(".room-exhibits tr", { hasText: "Devis corrigé.txt" }).getByText(t("attest.unopened")).first().waitFor();
    await inspect(page, "an attestation");
    await look(page, "attested-1280");
    await narrow(page, "an attestation on a phone");
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: t("room.attest.download") }).click()]);
    assert.equal(JSON.parse(await readFile(await file.path(), "utf8")).format, "cenacle/attestation@v1");
  });

  await step("she has another come there at a set moment, and gives that up", async () => {
    await roux.page.goto(hers);
    await send(roux.page, [await put(papers, "Photographies.txt", Buffer.from("photographies"))]);
    await roux.page.goto(hers);
    await row(roux.page, "Photographies.txt").getByRole("link").first().click();
    await unfold(roux.page, "room.release.later");
    await field(roux.page, "room.release.day").fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10));
    await field(roux.page, "room.release.hour").fill("09:00");
    await inspect(roux.page, "a release to be set");
    await look(roux.page, "later-390");
    await button(roux.page, "room.release.set").click();
    await said(roux.page, "release_set");
    await narrow(roux.page, "a release that is set, on a phone");
    await inspect(roux.page, "a release that is set");
    await look(roux.page, "set-390");
    await noir.page.goto(hers);
    assert.doesNotMatch(await noir.page.locator("main").innerText(), /Photographies/);
    await roux.page.locator("#release").getByRole("button", { name: t("room.release.give_up"), exact: true }).first().click();
    await roux.page.locator("dialog[open]").getByRole("button", { name: t("room.release.give_up"), exact: true }).click();
    await said(roux.page, "release_given_up");
  });

  await step("a party that nobody reads for stops her, until it is reached on paper, which the register keeps", async () => {
    await page.goto(`${space}/people`);
    await page.locator("#new-circle > summary").click();
    await field(page, "room.circle.name").fill("Assureur");
    await page.locator("#new-circle input[name=kind][value=party]").check();
    await button(page, "room.circle.make").click();
    await said(page, "party_made");
    const insurer = page.url().replace(/[?#].*/, "");
    await inspect(page, "a party that nobody is in");
    await look(page, "silent-1280");
    await roux.page.goto(hers);
    await send(roux.page, [await put(papers, "Plan.txt", Buffer.from("plan"))]);
    await roux.page.goto(hers);
    await row(roux.page, "Plan.txt").getByRole("link").first().click();
    const release = async () => {
      await roux.page.locator("#release").getByRole("button", { name: t("room.forum.release"), exact: true }).first().click();
      await roux.page.locator("dialog[open]").getByRole("button", { name: t("room.forum.release"), exact: true }).click();
    };
    roux.watch.allow(/status of 409/);
    await release();
    await roux.page.getByText(t("exhibit.unreached_somewhere")).waitFor();
    await inspect(roux.page, "a release that waits");
    await look(roux.page, "waits-390");
    await page.goto(insurer);
    await field(page, "room.paper.whom").fill("Assureur SA, 3 rue des Tilleuls, Nantes");
    await button(page, "room.paper.choose").click();
    await said(page, "paper_chosen");
    await roux.page.goto(roux.page.url().replace(/\/release$/, ""));
    await release();
    await said(roux.page, "document_released");
    await page.goto(insurer);
    await page.setViewportSize({ width: 390, height: 844 });
    await narrow(page, "what goes on paper, on a phone");
    await look(page, "paper-390");
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("checkbox", { name: /Devis de reprise/ }).uncheck();
    await field(page, "room.paper.how").fill("lettre recommandée avec avis de réception");
    await inspect(page, "what goes on paper");
    await button(page, "room.paper.serve").click();
    await said(page, "paper_served");
    await page.goto(`${space}/register`);
    await page.locator("tr", { hasText: "Plan.txt" }).getByText("lettre recommandée").waitFor();
    await page.locator("tr", { hasText: "Devis de reprise.txt" }).getByText(t("room.register.to_hand"), { exact: true }).waitFor();
    await inspect(page, "a register with paper");
    await look(page, "register-paper");
  });

  await step("two parties make each other sealed offers, which open together", async () => {
    await page.goto(`${space}/offers`);
    await inspect(page, "no offers yet");
    await look(page, "offers-empty-1280");
    await field(page, "offer.subject").fill("Prix des parts");
    for (const { party } of Object.values(people)) await page.getByRole("checkbox", { name: party }).check();
    await field(page, "offer.day").fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10));
    await field(page, "room.release.hour").fill("12:00");
    await button(page, "offer.begin").click();
    await said(page, "offers_asked");
    const round = new URL(page.url()).pathname, keys = [], told = [];
    await inspect(page, "a round of offers, as the firm sees it");
    for (const [at, name, words] of [[roux.page, "roux", "Comptant, sous dix jours"], [noir.page, "noir", "En deux fois"]]) {
      at.on("request", (request) => told.push(request.postData() ?? ""));
      await at.goto(hers);
      await at.locator("#waits").getByRole("link", { name: t("offer.todo.put"), exact: true }).click();
      await at.getByLabel(t("offer.amount")).fill("12 500,5O");
      await button(at, "offer.seal").click();
      await at.getByText(t("offer.amount_wrong"), { exact: true }).waitFor();
      await at.getByLabel(t("offer.amount")).fill("12 500,50");
      await at.getByLabel(t("offer.words")).fill(words);
      await narrow(at, `an offer is written, ${name}`);
      if (name === "roux") await inspect(at, "an offer is written");
      await look(at, `offer-write-${name}`);
      await button(at, "offer.seal").click();
      await at.locator("[data-recap]", { hasText: /12\D500,50/ }).waitFor();
      if (name === "roux") await inspect(at, "the key of an offer");
      await look(at, `offer-key-${name}`);
      keys.push(await at.locator("[data-key]").innerText());
      const [file] = await Promise.all([at.waitForEvent("download"), at.getByRole("link", { name: t("offer.key_save") }).click()]);
      assert.ok((await readFile(await file.path(), "utf8")).includes(keys.at(-1)), "the key is saved");
      await at.getByRole("checkbox", { name: t("offer.key_kept") }).check();
      await button(at, "offer.put").click();
      await said(at, "offer_put");
      await look(at, `offer-in-${name}`);
    }
    assert.ok(told.some((body) => body.includes("sealed=")) && !told.some((body) => /Comptant|deux|12.?500/.test(decodeURIComponent(body))), "nothing of an offer was sent in clear");
    assert.notEqual(keys[0], keys[1]);
    for (const [at, key] of [[roux.page, keys[0]], [noir.page, keys[1]]]) {
      await at.goto(round);
      assert.doesNotMatch(await at.locator("main").innerText(), /12\D500/);
      await look(at, "offer-locked");
      await field(at, "offer.key").fill(key.toLowerCase().replaceAll("-", " "));
      if (at === roux.page) await inspect(at, "a key is handed in");
      await button(at, "offer.unlock").click();
      await said(at, "offer_key");
    }
    for (const [at, name] of [[roux.page, "phone"], [noir.page, "desk"], [page, "firm"]]) {
      await at.goto(round);
      for (const words of ["Comptant, sous dix jours", "En deux fois"]) await at.getByText(words, { exact: true }).waitFor();
      assert.equal(await at.getByText(/12\D500,50/).count(), 2);
      if (name !== "desk") await inspect(at, `opened offers, ${name}`);
      await look(at, `offer-opened-${name}`);
    }
    await narrow(roux.page, "opened offers on a phone");
    await page.goto(`${space}/offers`);
    await inspect(page, "rounds of offers");
    await look(page, "offers-1280");
  });
});
