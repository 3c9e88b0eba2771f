// A lawyer keeps a colleague out of a space for a conflict of interests: what she
// had open is gone at once, and lifting it gives nothing back by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { browse, inspect, journey, narrow, visit } from "./browser.mjs";
import { button, field, said, signIn } from "./gesture.mjs";
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
});
