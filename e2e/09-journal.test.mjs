// Every act is in the journal, in words on a page; the command line verifies all
// of it and names what was altered.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { browse, journey, visit } from "./browser.mjs";
import { heading, signIn, t } from "./gesture.mjs";
import { House, command, folder } from "./house.mjs";

/** Changes one byte of an entry in the middle of a firm's journal; returns the entry. */
function alter(database) {
  const program = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
entry, record = db.execute("select id, record from journal_entry where position = 4").fetchone()
record = bytearray(record)
record[len(record) // 2] ^= 1
db.execute("update journal_entry set record = ? where id = ?", (bytes(record), entry))
db.commit()
print(entry)`;
  return execFileSync("python3", ["-c", program, database], { encoding: "utf8" }).trim();
}

test("the journal holds and is read", async (context) => {
  const house = await House.start(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page } = await visit(context, browser, house);
  const verify = (data) => command(["journal", "verify", "--data", data]);

  await step("the firm's own acts are told in words, with their place and the signed state", async () => {
    await signIn(page, house.person("claire"));
    await page.getByRole("link", { name: t("web.nav.journal") }).click();
    await heading(page, t("desk.journal.title")).waitFor();
    await page.locator("#entries th").first().waitFor();
    const acts = await page.locator("#entries th").allInnerTexts();
    assert.ok(acts.length >= 3);
    for (const act of acts) assert.doesNotMatch(act, /^\w+\.\w+$/, "an act without words");
    assert.ok(acts.some((act) => act.includes(house.person("karim").name)));
    assert.match(await page.locator("main").innerText(), /\b[0-9a-f]{64}\b/);
  });

  await step("a space's acts are told to its members, who, what and when", async () => {
    await page.getByRole("link", { name: t("web.nav.desk") }).click();
    await page.getByRole("row").filter({ hasText: "Sophie Petit" }).getByRole("link").first().click();
    await page.getByRole("link", { name: t("room.tab.journal"), exact: true }).last().click();
    const acts = await page.locator("#entries th").allInnerTexts();
    assert.ok(acts.length >= 8, acts.join());
    for (const act of acts) assert.doesNotMatch(act, /^\w+\.\w+$/, "an act without words");
    assert.ok(acts.some((act) => act.startsWith(t("room.act.deposit.closed"))), acts.join());
  });

  await step("the command verifies it while the house is running", async () => {
    const { code, stdout, stderr } = await verify(house.data);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /holds/);
  });

  await step("on a copy where one byte was changed, it names that entry", async () => {
    await house.stop();
    const copy = join(await folder(context), "copy");
    await cp(house.data, copy, { recursive: true });
    assert.equal((await verify(copy)).code, 0, "the copy itself holds");
    const entry = alter(join(copy, "firms", house.people[0].firm, "firm.db"));
    const { code, stdout } = await verify(copy);
    assert.notEqual(code, 0);
    const broken = stdout.split("\n").filter((line) => line.includes("BROKEN"));
    assert.ok(broken[0].includes(entry), stdout);
    assert.equal((await verify(house.data)).code, 0, "the original still holds");
  });
});
