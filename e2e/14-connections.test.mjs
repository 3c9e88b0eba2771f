// An administrator has another program told what happens: the secret is shown
// once, each message is signed, nothing is lost when a program or a server
// fails, and what was given or paused can be seen and sent again.
import assert from "node:assert/strict";
import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, field, like, openSpace, said, signIn, signUp, t } from "./gesture.mjs";
import { House, later, until } from "./house.mjs";

/** The check that a receiver makes, after standardwebhooks.com. */
function verified({ headers, body }, secret) {
  const at = headers["webhook-timestamp"];
  assert.ok(Math.abs(Date.now() / 1000 - Number(at)) < 300, `sent at ${at}`);
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${headers["webhook-id"]}.${at}.${body}`).digest();
  return headers["webhook-signature"].split(" ").some((one) => {
    const [version, text] = one.split(",");
    const given = Buffer.from(text, "base64");
    return version === "v1" && given.length === mac.length && timingSafeEqual(given, mac);
  });
}

/** A program of the firm's on this machine, which answers with its status. */
async function receiver(context) {
  const program = { came: [], status: 200 };
  const server = createServer(async (request, answer) => {
    let body = "";
    for await (const piece of request) body += piece;
    program.came.push({ headers: request.headers, body, said: JSON.parse(body) });
    answer.writeHead(program.status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  later(context, async () => { server.closeAllConnections(); server.close(); await once(server, "close"); });
  program.address = `http://127.0.0.1:${server.address().port}/nouvelles`;
  program.host = `127.0.0.1:${server.address().port}`;
  program.next = (what, type) => until(what, () => program.came.find((one) => one.said.type === type), 20_000);
  return program;
}

test("another program is told what happens", async (context) => {
  const house = await House.start(context, { CENACLE_OUTBOUND_ALLOW: "127.0.0.0/8" });
  const tool = await receiver(context);
  const browser = await browse(context);
  const step = journey(context, browser);
  const { page, watch } = await visit(context, browser, house);
  const night = await visit(context, browser, house, { dark: true });
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  const nora = { email: "nora@aubepine.example", password: "le canal gele en janvier sous le pont vert" };
  const form = (at) => at.locator(".connection-new form");
  const secretOf = (at) => at.locator(".connection-made code").textContent();
  let desk, secret, one;

  await step("the section teaches what it is for", async () => {
    desk = await signUp(page, { firm: "Cabinet Aubépine", name: "Me Nora Aubépine", email: nora.email });
    await page.getByRole("navigation").getByRole("link", { name: t("web.nav.connections"), exact: true }).click();
    await page.getByText(t("connection.none"), { exact: true }).waitFor();
    await look(page, "no connection");
  });

  await step("an address that leads nowhere good is refused in words", async () => {
    watch.allow(/status of 422/);
    await field(form(page), "connection.address").fill("https://169.254.169.254/latest");
    await button(form(page), "connection.submit").click();
    await page.getByText(t("outbound.address_forbidden")).first().waitFor();
    await look(page, "refused connection");
  });

  await step("its secret is shown once", async () => {
    await field(form(page), "connection.address").fill(tool.address);
    await button(form(page), "connection.submit").click();
    secret = await secretOf(page);
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    await look(page, "new connection");
    await page.goto(`${desk}/connections`);
    assert.ok(!(await page.content()).includes(secret.slice(6)), "the secret is shown again");
    await page.getByRole("link", { name: tool.host }).click();
    one = new URL(page.url()).pathname;
  });

  await step("a test arrives, signed, and its answer shows", async () => {
    await button(page, "connection.test").click();
    await said(page, "connection_tested");
    const message = await tool.next("the test", "ping");
    assert.ok(verified(message, secret) && !verified({ ...message, body: `${message.body} ` }, secret));
    await until("the log says so", async () => {
      await page.goto(one);
      return page.getByRole("row").filter({ hasText: t("connection.kind.ping") }).filter({ hasText: t("connection.delivered") }).count();
    });
  });

  await step("what happens is told by identifiers, and by nothing else", async () => {
    const space = await openSpace(page, desk, { name: "Mme Claire Petit", email: "claire@petit.example" });
    const message = await tool.next("the new space", "space.opened");
    assert.ok(verified(message, secret));
    assert.equal(message.said.data.space, space.split("/").at(-1));
    for (const { body } of tool.came) assert.ok(!/Petit|claire|Aub/i.test(body), body);
  });

  await step("a program that fails is asked again, even by a server that was killed meanwhile", async () => {
    await until("all has arrived", async () => {
      await page.goto(one);
      return await page.getByText(t("connection.waiting"), { exact: true }).count() === 0;
    });
    tool.came.length = 0;
    tool.status = 500;
    await page.goto(desk);
    const space = await openSpace(page, desk, { name: "M. Paul Martin", email: "paul@martin.example" });
    const { headers } = await tool.next("the space, for the first time", "space.opened");
    await page.goto(one); // no stream is open that the kill would cut
    await house.kill();
    tool.came.length = 0;
    tool.status = 204;
    await house.serve();
    const again = await until("the space, once more", () => tool.came.find(({ said }) => said.data.space === space.split("/").at(-1) && said.type === "space.opened"), 120_000);
    assert.equal(again.headers["webhook-id"], headers["webhook-id"]);
    assert.ok(verified(again, secret));
  });

  await step("the log says why something waits", async () => {
    tool.status = 500;
    await openSpace(page, desk, { name: "Mme Anne Roux", email: "anne@roux.example" });
    await until("an answer shows", async () => {
      await page.goto(one);
      return page.getByRole("cell", { name: like("connection.again_at") }).filter({ hasText: "500" }).count();
    });
    await page.getByText(t("connection.state.failing"), { exact: true }).waitFor();
    await signIn(night.page, nora);
    await night.page.goto(one);
    await look(night.page, "failing connection at night");
    tool.status = 204;
    await button(page, "connection.pause").click();
    await button(page, "connection.resume").click(); // at once what would wait for its turn
    await until("nothing waits any more", async () => {
      await page.goto(one);
      return await page.getByText(t("connection.waiting"), { exact: true }).count() === 0;
    }, 30_000);
  });

  await step("it can be sent again, paused and resumed", async () => {
    await page.goto(one);
    tool.came.length = 0;
    const opened = page.getByRole("row").filter({ hasText: t("connection.kind.space.opened") }).filter({ hasText: t("connection.delivered") });
    await button(opened.first(), "connection.replay").click();
    await said(page, "connection_replayed");
    await tool.next("the replay", "space.opened");
    await button(page, "connection.pause").click();
    await page.getByText(t("connection.paused.hand")).waitFor();
    await look(page, "paused connection");
    tool.came.length = 0;
    await openSpace(page, desk, { name: "SARL Martin", email: "sarl@martin.example" });
    await page.goto(one);
    assert.deepEqual(tool.came, []);
    await button(page, "connection.resume").click();
    await tool.next("what happened meanwhile", "space.opened");
  });

  await step("the secret is replaced, and the former one goes on for a day", async () => {
    await page.goto(one);
    await page.locator("summary").filter({ hasText: t("connection.rotate_title") }).click();
    await button(page, "connection.rotate").click();
    const fresh = await secretOf(page);
    assert.notEqual(fresh, secret);
    tool.came.length = 0;
    await page.goto(one);
    await button(page, "connection.test").click();
    const message = await tool.next("a test under both", "ping");
    assert.ok(verified(message, fresh) && verified(message, secret));
    await page.goto(one);
    await look(page, "connection");
  });

  await step("it ends when she says so", async () => {
    await button(page, "connection.end").first().click();
    await page.getByRole("dialog").getByRole("button", { name: t("connection.end"), exact: true }).click();
    await said(page, "connection_ended");
    await page.getByText(t("connection.none"), { exact: true }).waitFor();
  });
});
