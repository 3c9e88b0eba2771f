// Adding is not sharing: who will see is said before sending, and what nobody
// was chosen for stays in the firm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visit } from "./browser.mjs";
import { address, begin, button, heading, n, openLink, row, said, send, t, unfold } from "./gesture.mjs";
import { folder } from "./house.mjs";
import { put } from "./paper.mjs";

const choice = (at, kind) => at.locator(".circles .choice").filter({ hasText: t(`circle.kind.${kind}`) }).first();

test("the audience is shown before sending", async (context) => {
  const { house, browser, step, lawyer, client, space } = await begin(context);
  const { page } = lawyer;
  const desk = await folder(context);
  const draft = await put(desk, "Brouillon de stratégie.txt", Buffer.from("pour le cabinet seul"));
  const open = await put(desk, "Calendrier de la procédure.txt", Buffer.from("pour la cliente"));
  const visitor = await visit(context, browser, house, { phone: true });
  await openLink(visitor.page, await house.mailTo(client.email), true);

  await step("without a choice, a file stays in the firm, and the page says so", async () => {
    await page.goto(space);
    const upload = page.locator("c-upload#upload");
    assert.ok(await choice(upload, "firm").getByRole("radio").isChecked());
    assert.match(await choice(upload, "firm").innerText(), new RegExp(t("ui.internal")));
    await send(page, [draft]);
    await page.goto(space);
    assert.match(await row(page, draft.name).innerText(), new RegExp(t("ui.internal")));
    await visitor.page.goto(space);
    assert.equal(await row(visitor.page, draft.name).count(), 0);
    assert.doesNotMatch(await visitor.page.content(), /stratégie/);
  });

  await step("before a file is sent to the client, her name stands beside the choice", async () => {
    await page.goto(space);
    const upload = page.locator("c-upload#upload");
    assert.match(await choice(upload, "client").innerText(), new RegExp(client.name));
    await address(upload, "client");
    await send(page, [open]);
    await page.goto(space);
    assert.match(await row(page, open.name).innerText(), new RegExp(client.name));
    await visitor.page.goto(space);
    assert.equal(await row(visitor.page, open.name).count(), 1);
  });

  await step("a document is sent later from its own page, which lists who will see it and who will not", async () => {
    await row(page, draft.name).getByRole("link", { name: draft.name, exact: true }).click();
    const part = await unfold(page, "room.send_title");
    await address(part, "client");
    const will = part.locator(".audience-sides > div").first();
    assert.match(await will.innerText(), new RegExp(client.name));
    assert.equal(await heading(will, n("ui.will_see", await will.getByRole("listitem").count())).count(), 1, "the count is that of the list");
    await button(part, "room.send_document").click();
    await said(page, "document_sent");
    await visitor.page.goto(space);
    assert.equal(await row(visitor.page, draft.name).count(), 1);
  });

  await step("what was sent is taken away from everybody at once, and can be brought back", async () => {
    await row(visitor.page, draft.name).getByRole("link", { name: draft.name, exact: true }).click();
    const seen = visitor.page.url();
    visitor.watch.allow(/404/);
    await button(await unfold(page, "room.manage"), "room.delete.opener").click();
    await button(page.getByRole("dialog"), "room.delete.confirm").click();
    await said(page, "document_deleted");
    assert.equal(await row(page, draft.name).count(), 0);
    await heading(visitor.page, t("errorpage.absent")).waitFor({ timeout: 3000 }); // it leaves even the page that is open
    assert.equal((await visitor.page.goto(seen)).status(), 404);
    await button(page, "room.undo_delete").click();
    await said(page, "document_restored");
    assert.equal((await visitor.page.goto(seen)).status(), 200);
  });

  await step("what was deleted lies in the trash, which says until when, and comes back from there", async () => {
    await page.goto(space);
    await row(page, draft.name).getByRole("link", { name: draft.name, exact: true }).click();
    await button(await unfold(page, "room.manage"), "room.delete.opener").click();
    await button(page.getByRole("dialog"), "room.delete.confirm").click();
    await said(page, "document_deleted");
    await page.getByRole("link", { name: t("room.tab.trash"), exact: true }).click();
    const line = page.locator("#trash li").filter({ hasText: draft.name });
    await line.waitFor(); // one and no more, or this fails
    await line.getByRole("button").click();
    await said(page, "document_restored");
  });
});
