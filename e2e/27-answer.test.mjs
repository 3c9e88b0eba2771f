// What a memo asks of its readers waits for each of them until she has answered,
// once and for good; and the words of an internal memo leave the firm by one
// gesture alone, which the journal tells. What was written is found by its words,
// and a reader named with an @ finds that first.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inspect, visit } from "./browser.mjs";
import { address, begin, button, field, heading, n, openLink, said, t, unfold, write } from "./gesture.mjs";
import { until } from "./house.mjs";

const pictures = process.env.E2E_PICTURES;
const look = (page, name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

/** What awaits somebody on the page of the space, in words. */
const waits = async (page, space) => {
  await page.goto(space);
  const lines = page.locator("#waits");
  return await lines.count() ? lines.innerText() : "";
};

test("memos are acknowledged, and internal ones copied out", async (context) => {
  const { house, browser, step, lawyer, client, space, desk } = await begin(context);
  const phone = await visit(context, browser, house, { phone: true });
  phone.watch.allow(/status of 422/); // a form that comes back
  await openLink(phone.page, await house.mailTo(client.email), true);

  const ask = async (subject, body) => {
    await lawyer.page.goto(space);
    const form = await unfold(lawyer.page, "room.compose");
    await field(form, "room.subject").fill(subject);
    await field(form, "room.body").fill(body);
    await address(form, "client");
    await form.locator("select[name='asks']").selectOption("approved");
    await button(form, "room.send").click();
    await said(lawyer.page, "memo_sent");
  };

  await step("what asks to be approved, without a date, awaits the client and shows on the desk", async () => {
    await ask("Projet de convention", "Relisez l’article 4, puis dites si vous l’approuvez.");
    assert.match(await waits(phone.page, space), new RegExp(n("room.wait.acknowledge.memo", 1)));
    await inspect(phone.page, "the space of who is asked");
    await look(phone.page, "asked-390");
    await lawyer.page.goto(desk);
    assert.match(await lawyer.page.locator("main").innerText(), new RegExp(n("desk.awaits.acknowledge.memo", 1)));
    await look(lawyer.page, "desk-1280");
  });

  await step("approved once, it awaits nobody, and the sentence stands", async () => {
    await phone.page.goto(space);
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Projet de convention") });
    await button(talk, "memo.answer.approved").tap();
    await said(phone.page, "memo_answered");
    assert.equal(await button(talk, "memo.answer.approved").count(), 0, "she answers once");
    assert.match(await talk.innerText(), new RegExp(t("memo.answer.approved")));
    assert.ok(!(await waits(phone.page, space)).includes(n("room.wait.acknowledge.memo", 1)));
    await lawyer.page.goto(desk);
    assert.ok(!(await lawyer.page.locator("main").innerText()).includes(n("desk.awaits.acknowledge.memo", 1)));
  });

  await step("contested without a reason, it comes back with the fault beside the field", async () => {
    await ask("Honoraires", "Voici le montant proposé.");
    await phone.page.goto(space);
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Honoraires") });
    await talk.locator("summary").filter({ hasText: t("room.answer.contest") }).tap();
    await talk.getByLabel(t("room.answer.note")).fill(" ");
    await button(talk, "memo.answer.contested").tap();
    await phone.page.getByText(t("memo.note_missing")).first().waitFor();
    await talk.getByLabel(t("room.answer.note")).fill("Le montant n’est pas celui convenu.");
    await button(talk, "memo.answer.contested").tap();
    await said(phone.page, "memo_answered");
    await lawyer.page.goto(space);
    await lawyer.page.getByText("Le montant n’est pas celui convenu.").waitFor();
  });

  await step("an internal memo is copied out after it was read again", async () => {
    await write(lawyer.page, { subject: "Prestation", body: "À proposer : 48 000 €. Ne pas citer Zibeline-4402.", circle: "firm" });
    await lawyer.page.goto(space);
    await lawyer.page.getByRole("link", { name: t("ui.copy_out") }).click();
    const form = lawyer.page.locator("#compose");
    assert.equal(await field(form, "room.body").inputValue(), "À proposer : 48 000 €. Ne pas citer Zibeline-4402.");
    assert.equal(await form.locator("input[name='circle']:checked").count(), 1);
    await inspect(lawyer.page, "an internal memo about to be copied out");
    await look(lawyer.page, "copy-1280");
    await field(form, "room.body").fill("Nous proposerions 48 000 €.");
    await button(form, "room.send").click();
    await said(lawyer.page, "memo_sent");
    const text = await waits(phone.page, space) + await phone.page.locator("#talks").innerText();
    assert.match(text, /Nous proposerions 48 000 €/);
    assert.ok(!text.includes("Zibeline-4402"), "what was not copied stays");
    assert.equal(await phone.page.getByRole("link", { name: t("ui.copy_out") }).count(), 0);
    await lawyer.page.goto(`${space}/journal`);
    await lawyer.page.getByText(t("room.act.memo.copied_out")).waitFor();
  });

  await step("memos are found by their words, each by whom they are for", async () => {
    const search = async (page, words) => {
      await page.goto(`${desk}/search?q=${encodeURIComponent(words)}`);
      return page.locator("main").innerText();
    };
    await until("the memos are learnt", async () => (await search(lawyer.page, "proposerions")).includes("Nous proposerions 48 000 €"));
    assert.match(await search(lawyer.page, "zibeline"), /À proposer/);
    await inspect(lawyer.page, "memos that were found");
    await look(lawyer.page, "found-1280");
    assert.ok(!(await search(phone.page, "zibeline")).includes("À proposer"));
    assert.match(await search(phone.page, "PROPOSERIONS"), /Nous proposerions 48 000 €/);
    await inspect(phone.page, "memos that the client found");
    await look(phone.page, "found-390");
    await phone.page.getByRole("link", { name: "Prestation", exact: true }).tap();
    await phone.page.locator(".memo").filter({ hasText: "Nous proposerions 48 000 €" }).waitFor();
  });

  await step("a reader is named after an @, and it awaits her by that", async () => {
    await lawyer.page.goto(space);
    const form = await unfold(lawyer.page, "room.compose");
    const offered = form.locator("c-mention").getByRole("button", { name: client.name });
    await field(form, "room.subject").fill("Votre accord");
    await address(form, "firm");
    await field(form, "room.body").pressSequentially("Bonjour @lise");
    assert.equal(await offered.count(), 0, "she would not read it");
    await address(form, "client");
    await offered.waitFor();
    await inspect(lawyer.page, "a name offered in a memo");
    await look(lawyer.page, "mention-1280");
    await field(form, "room.body").press("ArrowDown");
    await lawyer.page.keyboard.press("Enter");
    assert.equal(await field(form, "room.body").inputValue(), `Bonjour @${client.name} `);
    await lawyer.page.keyboard.type("voyez l’article 2.");
    await button(form, "room.send").click();
    await said(lawyer.page, "memo_sent");
    assert.match(await waits(phone.page, space), new RegExp(n("room.wait.mention.memo", 1)));
    const talk = phone.page.locator(".talk").filter({ has: heading(phone.page, "Votre accord") });
    await talk.getByText(t("ui.cites_you")).waitFor();
    await inspect(phone.page, "a memo that names her");
    await look(phone.page, "named-390");
  });

  await step("the client cannot ask for an internal memo by its address", async () => {
    await lawyer.page.goto(space);
    const copy = await lawyer.page.getByRole("link", { name: t("ui.copy_out") }).getAttribute("href");
    const text = await (await phone.page.goto(copy)).text();
    assert.ok(!text.includes("Zibeline-4402"));
  });
});
