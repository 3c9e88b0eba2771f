// A forum that an expert conducts: of no party, before all of them; and questions of its
// parties, each for whom the rule of the forum said when it was asked.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, narrow, visit } from "./browser.mjs";
import { begin, button, invite, makeParty, openLink, row, said, send, t } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

test("an expert conducts, parties ask", async (context) => {
  const { step, lawyer, space, house, browser } = await begin(context);
  const { page } = lawyer;
  const papers = await folder(context);
  const people = {
    expert: { name: "M. Jean Sapiteur", email: "jean@expert.example", role: "expert" },
    clerk: { name: "Mme Rose Greffe", email: "rose@greffe.example", role: "clerk" },
    roux: { name: "Me Anne Roux", email: "roux@ouvrage.example", role: "guest", party: "Maître d’ouvrage" },
    noir: { name: "Me Paul Noir", email: "noir@entreprise.example", role: "guest", party: "Entreprise Durtain" },
  };

  await step("the lawyer invites an expert, a clerk and two parties", async () => {
    for (const who of Object.values(people)) {
      await invite(page, space, who);
      if (who.party) await makeParty(page, space, who);
    }
  });

  const expert = await visit(context, browser, house), clerk = await visit(context, browser, house);
  const roux = await visit(context, browser, house, { phone: true }), noir = await visit(context, browser, house);
  const rooms = {};
  expert.watch.allow(/status of 422/);
  await step("each comes by a link of their own", async () => {
    for (const [who, at] of Object.entries({ expert, clerk, roux, noir })) rooms[who] = await openLink(at.page, await house.mailTo(people[who].email));
    await inspect(expert.page, "the space of an expert");
    await look(expert.page, "expert-1280");
    await inspect(clerk.page, "the space of a clerk");
    await look(clerk.page, "clerk-1280");
    assert.equal(await clerk.page.locator("c-upload, textarea").count(), 0);
  });

  await step("what the expert hands in is before all at once", async () => {
    await send(expert.page, [await put(papers, "Note aux parties.txt", Buffer.from("note"))]);
    for (const who of ["roux", "noir", "clerk"]) {
      const other = { roux, noir, clerk }[who];
      await other.page.goto(rooms[who]);
      await row(other.page, "Note aux parties.txt").waitFor();
    }
  });

  await step("the expert says when the parties communicate, and another day", async () => {
    await expert.page.goto(`${rooms.expert}/exhibits`);
    const form = expert.page.locator("#instant");
    await form.locator("form").first().evaluate((one) => { one.noValidate = true; }); // the server’s own answer
    await form.locator("input[name=day]").fill("2000-01-01");
    await form.locator("input[name=hour]").fill("09:00");
    await form.getByRole("button", { name: t("room.instant.set"), exact: true }).click();
    await expert.page.getByText(t("forum.instant_when")).first().waitFor();
    const day = new Date(Date.now() + 5 * 86400e3).toISOString().slice(0, 10);
    await expert.page.locator("#instant input[name=day]").fill(day);
    await expert.page.locator("#instant").getByRole("button", { name: t("room.instant.set"), exact: true }).click();
    await said(expert.page, "instant_set");
    await inspect(expert.page, "the exhibits as an expert has them");
    await look(expert.page, "instant-1280");
    await roux.page.goto(`${rooms.roux}/exhibits`);
    await roux.page.locator("#instant").waitFor();
    assert.equal(await roux.page.locator("#instant form").count(), 0);
    await narrow(roux.page, "the exhibits of a party on a phone");
    await look(roux.page, "instant-390");
  });

  await step("the expert asks a party for a paper, which answers before all", async () => {
    await expert.page.goto(`${rooms.expert}/requests`);
    await expert.page.locator("select[name=person]").selectOption({ label: people.roux.name });
    await expert.page.locator("textarea[name=names]").fill("Plans d’exécution");
    await inspect(expert.page, "papers that an expert asks for");
    await look(expert.page, "asks-1280");
    await button(expert.page, "room.request.ask_do").click();
    await said(expert.page, "asked");
    await roux.page.goto(rooms.roux);
    await send(roux.page, [await put(papers, "Plans.txt", Buffer.from("plans"))]);
    await roux.page.goto(rooms.roux);
    await look(roux.page, "asked-390");
    await row(roux.page, "Plans.txt").getByRole("link").first().click();
    await roux.page.locator("#release").getByRole("button", { name: t("room.forum.release"), exact: true }).first().click();
    await roux.page.locator("dialog[open]").getByRole("button", { name: t("room.forum.release"), exact: true }).click();
    await said(roux.page, "document_released");
    await roux.page.goto(rooms.roux);
    await roux.page.getByText(t("room.conduct.use"), { exact: true }).click();
    await look(roux.page, "answers-390");
    await button(roux.page, "room.conduct.use_do").click();
    await said(roux.page, "request_deposit");
    await expert.page.goto(`${rooms.expert}/requests`);
    await expert.page.getByText("Plans.txt").waitFor();
    await expert.page.goto(`${rooms.expert}/register`);
    await expert.page.getByText(people.noir.party).first().waitFor();
    await inspect(expert.page, "the register as an expert reads it");
    await look(expert.page, "register-1280");
  });

  await step("a party asks before all, then of the firm alone, and each is answered there", async () => {
    const ask = async (text, label) => {
      await roux.page.goto(`${rooms.roux}/questions`);
      await roux.page.locator("#f-question").fill(text);
      await narrow(roux.page, "questions of a party on a phone");
      await look(roux.page, `ask-390-${label.split(".").at(-1)}`);
      await button(roux.page, label).click();
      await said(roux.page, "question_asked");
    };
    await ask("À quelle date ?\nPour quel prix ?", "question.ask.all");
    await inspect(roux.page, "a question of a party");
    await page.goto(`${space}/questions`);
    await inspect(page, "questions of a forum");
    await look(page, "questions-1280");
    await page.locator("input[name=pattern][value='all firm']").check();
    await button(page, "forum.pattern.set").click();
    await said(page, "pattern_set");
    await ask("Qui a signé ?", "question.ask.firm");
    await noir.page.goto(`${rooms.noir}/questions`);
    await noir.page.getByText("À quelle date ?").waitFor();
    const other = await noir.page.locator("main").innerText();
    assert.doesNotMatch(other, /Qui a signé/);
    assert.doesNotMatch(other, /Maître d’ouvrage|Roux/);
    await look(noir.page, "other-1280");
    await expert.page.goto(`${rooms.expert}/questions`);
    await expert.page.getByText("À quelle date ?").click();
    await expert.page.locator("#f-text-0").fill("Le 3 décembre.");
    await expert.page.locator("#f-text-1").fill("Dix mille euros.");
    await expert.page.locator("#f-exhibit-1").selectOption({ index: 1 });
    await inspect(expert.page, "an answer of an expert");
    await look(expert.page, "answer-1280");
    await button(expert.page, "question.answer.all").click();
    await said(expert.page, "question_answered");
    await noir.page.reload();
    await noir.page.getByText("À quelle date ?").click();
    await noir.page.getByText("Dix mille euros.").waitFor();
    await inspect(noir.page, "a question that is answered");
    await look(noir.page, "answered-1280");
  });
});
