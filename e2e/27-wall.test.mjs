// A lawyer keeps a colleague out of a space for a conflict of interests: what she
// had open is gone at once, and lifting it gives nothing back by itself. She says again
// whose access from outside goes on; and a colleague leaves the firm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, narrow, visit } from "./browser.mjs";
import { button, field, heading, said, signIn, t } from "./gesture.mjs";
import { House } from "./house.mjs";

test("a lawyer keeps a colleague out of a space", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const lawyer = await visit(context, browser, house, { phone: true });
  const colleague = await visit(context, browser, house);
  for (const { watch } of [lawyer, colleague]) watch.allow(/status of 4(04|09|22)|Status Error Code 404/); // his open page asks again, and finds nothing
  const { page } = lawyer;
  let space;

  await step("both work in the space", async () => {
    for (const [visitor, who] of [[lawyer, "claire"], [colleague, "karim"]]) {
      await signIn(visitor.page, house.person(who));
      await visitor.page.getByRole("link", { name: "Mme Sophie Petit" }).first().click();
      await visitor.page.waitForURL(/\/spaces\//);
    }
    space = new URL(page.url()).pathname;
  });

  await step("a reason is demanded, and what was chosen comes back", async () => {
    await page.goto(`${space}/people`);
    await page.locator("#walls > details > summary").click();
    await field(page, "room.wall.who").selectOption({ label: "Me Karim Leroy" });
    await page.locator("#walls textarea").fill("   ");
    await button(page.locator("#walls"), "room.wall.raise").last().click();
    await page.locator("#walls .field-error").waitFor();
    await inspect(page, "a wall without a reason");
    await page.locator("#walls textarea").fill("Son épouse conseille l’adversaire.");
    await button(page.locator("#walls"), "room.wall.raise").last().click();
    await said(page, "wall_raised");
    await narrow(page, "a wall");
  });

  await step("the space is gone for him, everywhere", async () => {
    for (const path of [space, `${space}/people`, `${space}/list`]) {
      assert.equal((await colleague.page.request.get(path)).status(), 404, path);
    }
    const desk = space.replace(/\/spaces\/.*/, "");
    assert.doesNotMatch(await (await colleague.page.request.get(desk)).text(), /Sophie Petit/);
  });

  await step("nobody adds him until it is lifted, and lifting adds nobody", async () => {
    const add = async () => {
      await page.locator("[name=colleague]").selectOption({ label: "Me Karim Leroy" });
      await button(page, "room.colleague.add").click();
    };
    await add();
    await page.getByText(/en refuse l’accès à cette personne/).waitFor();
    await button(page.locator("#walls li"), "room.wall.lift").first().click();
    await button(page.getByRole("dialog"), "room.wall.lift").click();
    await said(page, "wall_lifted");
    assert.equal((await colleague.page.request.get(space)).status(), 404);
    await add();
    await said(page, "member_added");
    assert.equal((await colleague.page.request.get(space)).status(), 200);
  });

  await step("who answers for the space says that its client keeps her access", async () => {
    const desk = space.replace(/\/spaces\/.*/, "");
    await page.goto(`${desk}/reviews`);
    await page.locator("details.fold > summary").filter({ hasText: "Mme Sophie Petit" }).click();
    const form = page.locator("form.desk-review-keep:visible");
    await form.locator("input[name=until]").fill("2020-01-01");
    await form.evaluate((one) => { one.noValidate = true; });
    await button(form, "desk.review.keep").click();
    await page.locator(".desk-review .field-error").waitFor();
    await inspect(page, "a date that is past");
    const kept = page.locator(".desk-review").filter({ hasText: "Mme Sophie Petit" });
    await kept.locator("input[name=until]").fill(new Date(Date.now() + 200 * 86_400_000).toISOString().slice(0, 10));
    await button(kept, "desk.review.keep").click();
    await said(page, "access_kept");
    await page.goto(`${space}/people`);
    await page.locator(".room-member").filter({ hasText: "Mme Sophie Petit" }).getByText(/à revoir le/).waitFor();
  });

  await step("he leaves the firm, and its door says so", async () => {
    await page.goto(space.replace(/\/spaces\/.*/, "/people"));
    await page.getByRole("link", { name: "Me Karim Leroy" }).click();
    await inspect(page, "a departure");
    await button(page, "desk.leave.do", "Me Karim Leroy").click();
    await said(page, "colleague_left");
    const shut = await colleague.page.request.get(space, { maxRedirects: 0 });
    assert.match(shut.headers().location ?? "", /^\/signin/, "his session has ended");
    await signIn(colleague.page, house.person("karim"));
    await heading(colleague.page, t("door.left")).first().waitFor();
    await narrow(colleague.page, "what who has left finds");
  });
});
