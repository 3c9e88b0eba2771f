// She drops real files. An archive is cut in its middle by the network, by a
// reload and by a killed server, and arrives whole.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { begin, like, row, send, take, t, transfers } from "./gesture.mjs";
import { folder, until } from "./house.mjs";
import { archive, letter, photograph, put, scan } from "./paper.mjs";
import { Wire } from "./wire.mjs";

const mebibytes = process.env.E2E_LARGE ? 1024 : 256;
const hostile = "Pièce n° 3 — été 2024 (définitif) .pdf";

const percent = (line) => line.locator("progress").evaluate((bar) => bar.value);

test("real files arrive whole", async (context) => {
  const { house, browser, step, lawyer, space } = await begin(context);
  const { page, watch } = lawyer;
  const desk = await folder(context);
  const jpeg = await photograph(browser, 4_000_000);
  const files = [
    await put(desk, hostile, scan(await photograph(browser, 100_000))),
    await put(desk, "Courrier à l’adversaire.docx", letter("Mon cher confrère, veuillez trouver ci-joint nos pièces.")),
    await put(desk, "IMG_2024.JPG", jpeg),
    await put(desk, "vide.txt", Buffer.alloc(0)),
    await put(desk, "Annexe.txt", Buffer.from("une annexe")),
    await put(desk, "annexe.txt", Buffer.from("une autre annexe")),
    await put(desk, "relevé.txt".normalize("NFC"), Buffer.from("le relevé")),
    await put(desk, "relevé.txt".normalize("NFD"), Buffer.from("un autre relevé")),
    await put(desk, "<img src=x onerror=alert(1)>‮gpj.txt", Buffer.from("un nom hostile")),
  ];

  await step("all of them are sent at once, each with its SHA-256 beside it", async () => {
    await page.goto(space);
    assert.deepEqual(await send(page, files), files.map(({ sha256 }) => sha256));
  });

  await step("the lists show each, and give each back byte for byte", async () => {
    await page.goto(space);
    const shown = await page.locator("#documents .doc").count();
    assert.equal(shown, files.length, "no file has replaced another");
    const left = new Map(files.map((file) => [file.sha256, file]));
    for (const link of await page.locator("#documents a[data-file]").all()) {
      const got = await take(page, link);
      assert.ok(left.delete(got.sha256), `${got.name} is not what was sent`);
    }
    assert.equal(left.size, 0);
  });

  await step("the name is kept, in the list and on the file that comes back", async () => {
    const line = row(page, hostile);
    assert.equal(await line.count(), 1);
    const got = await take(page, line.locator("a[data-file]"));
    assert.equal(got.name, hostile);
  });

  const wire = await Wire.start(context, house, 24 << 20); // slow enough that there is a middle to cut
  const large = await archive(desk, "Vidéosurveillance.zip", mebibytes);
  const line = () => transfers(page).filter({ hasText: large.name }).last();
  const is = (state) => line().and(page.locator(`[data-state=${state}]`)).waitFor({ timeout: 30_000 });
  const beyond = (share) => until(`the upload is beyond ${share} %`, async () => await percent(line()) > share, 60_000);

  await step("an upload says how many bytes have left and how long it still takes", async () => {
    await page.goto(wire.base + space);
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await page.locator("c-upload#upload input[type=file]").setInputFiles(large.path);
    await beyond(10);
    const said = await line().locator("[data-figures]").innerText();
    assert.match(said, like("ui.progress"));
    assert.match(said, like("ui.speed"));
    assert.match(said, like("ui.remaining"));
  });

  await step("a file is fetched meanwhile: nobody asks whether to leave, and the upload goes on", async () => {
    const before = await percent(line());
    let asked = 0;
    const ask = (dialog) => { asked++; return dialog.accept(); };
    page.on("dialog", ask);
    await take(page, page.locator("#documents a[data-file]").first());
    page.off("dialog", ask);
    assert.equal(asked, 0);
    await beyond(before + 3);
    await is("sending");
  });

  await step("the network is cut and comes back: the upload goes on by itself", async () => {
    watch.allow(/ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|SOCKET_NOT_CONNECTED)/);
    await lawyer.context.setOffline(true);
    wire.cut();
    await is("cut");
    const before = await percent(line());
    wire.mend();
    await lawyer.context.setOffline(false);
    await is("resumed");
    assert.ok(await percent(line()) >= before / 2, "it goes on near where it was cut");
  });

  await step("the page is reloaded: the same file, chosen again, goes on where it was", async () => {
    await beyond(35);
    page.once("dialog", (dialog) => dialog.accept());
    await page.reload();
    await page.locator("c-upload#upload[data-ready]").waitFor();
    assert.equal(await transfers(page).count(), 1, "one line for one file to finish");
    await transfers(page).and(page.locator("[data-state=halfway]")).waitFor();
    await page.locator("c-upload#upload input[type=file]").setInputFiles(large.path);
    await is("resumed");
    await until("it goes on", async () => await percent(line()) > 20);
    assert.equal(await transfers(page).count(), 1, "the line of the unfinished file gives way");
  });

  await step("the server is killed and started again: the upload goes on by itself and ends whole", async () => {
    await beyond(55);
    await house.kill();
    await is("cut");
    await house.serve();
    await is("resumed");
    await is("done");
    assert.equal(await line().locator("[data-hash] code").innerText(), large.sha256);
  });

  await step("what is downloaded is the same file", async () => {
    await page.goto(space);
    await row(page, large.name).getByRole("link", { name: large.name, exact: true }).click();
    await page.getByText(large.sha256).waitFor();
    await page.getByText(t("ui.no_view")).waitFor();
    const got = await take(page, page.locator("main").getByRole("link", { name: new RegExp(t("ui.get")) }).first());
    assert.deepEqual([got.name, got.sha256], [large.name, large.sha256]);
  });

  await step("a file that was put aside can be dropped for good", async () => {
    const other = await put(desk, join("b", "à abandonner.bin"), Buffer.alloc(40 << 20, "x"));
    await page.goto(wire.base + space);
    await page.locator("c-upload#upload[data-ready]").waitFor();
    await page.locator("c-upload#upload input[type=file]").setInputFiles(other.path);
    const aside = transfers(page).filter({ hasText: other.name });
    await until("some bytes have left", async () => await percent(aside) > 2);
    await aside.getByRole("button", { name: t("ui.pause") }).click();
    await aside.and(page.locator("[data-state=paused]")).waitFor();
    const forgotten = page.waitForResponse((answer) => answer.request().method() === "DELETE" && answer.status() === 204);
    await aside.getByRole("button", { name: t("ui.drop") }).click();
    await aside.waitFor({ state: "detached" });
    await forgotten;
    await page.goto(space);
    assert.equal(await transfers(page).count(), 0);
    assert.equal(await row(page, other.name).count(), 0);
  });
});
