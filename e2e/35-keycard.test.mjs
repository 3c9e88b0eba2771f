// A lawyer enters with the certificate on a key of his own: the firm takes keys, he adds
// his once, and enters by it until its authority revokes it. The authority is a real one,
// made here.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { browse, inspect, journey, sizes, visit } from "./browser.mjs";
import { button, said, signIn, t } from "./gesture.mjs";
import { House, folder } from "./house.mjs";

const run = promisify(execFile);
const policy = "1.3.6.1.4.1.99999.1.1";
const name = "Autorite des avocats";

/** An authority that gives keys, revokes them and publishes its list. */
class Authority {
  static async open(t) {
    const a = new Authority();
    a.at = await folder(t);
    a.count = 100;
    await writeFile(a.file("index.txt"), "");
    await writeFile(a.file("number"), "01\n");
    await writeFile(a.file("ca.cnf"), `[ca]\ndefault_ca=own\n[own]\ndatabase=${a.file("index.txt")}\ncrlnumber=${a.file("number")}\ndefault_md=sha256\ncertificate=${a.file("ca.pem")}\nprivate_key=${a.file("ca.key")}\ndefault_crl_days=2\n`);
    await a.ssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", `/CN=${name}`,
      "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-keyout", a.file("ca.key"), "-out", a.file("ca.pem"));
    await a.publish();
    return a;
  }

  file(name) { return join(this.at, name); }

  ssl(...args) { return run("openssl", args); }

  /** A certificate and its key, for somebody or for a listener. */
  async issue(holder, extensions) {
    const [key, asked, cert, says] = ["key", "csr", "pem", "ext"].map((end) => this.file(`${this.count}.${end}`));
    await writeFile(says, extensions);
    await this.ssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", `/CN=${holder}`, "-keyout", key, "-out", asked);
    await this.ssl("x509", "-req", "-in", asked, "-CA", this.file("ca.pem"), "-CAkey", this.file("ca.key"), "-set_serial", String(this.count++), "-days", "20", "-extfile", says, "-out", cert);
    return { certPath: cert, keyPath: key };
  }

  key(holder) { return this.issue(holder, `keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\ncertificatePolicies=${policy}\n`); }

  async publish() {
    await this.ssl("ca", "-config", this.file("ca.cnf"), "-gencrl", "-out", this.file("new.crl"));
    await rename(this.file("new.crl"), this.file("list.crl"));
  }

  async revoke({ certPath }) {
    await this.ssl("ca", "-config", this.file("ca.cnf"), "-revoke", certPath);
    await this.publish();
  }
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

test("a lawyer enters with his own key", async (context) => {
  const authority = await Authority.open(context);
  const [his, site] = [await authority.key("Me Karim Haddad"), await authority.issue("localhost", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n")];
  const port = await freePort();
  const origin = `https://localhost:${port}`;
  const house = await House.start(context, {
    CENACLE_KEYCARD_LISTEN: `127.0.0.1:${port}`, CENACLE_KEYCARD_URL: origin, CENACLE_KEYCARD_POLICIES: policy,
    CENACLE_KEYCARD_ISSUERS: authority.file("ca.pem"), CENACLE_KEYCARD_LISTS: authority.file("list.crl"),
    CENACLE_KEYCARD_CERTIFICATE: site.certPath, CENACLE_KEYCARD_KEY: site.keyPath,
  });
  const browser = await browse(context);
  const step = journey(context, browser);
  const keyed = { ignoreHTTPSErrors: true, clientCertificates: [{ origin, ...his }] };
  const { page, watch } = await visit(context, browser, house, { more: keyed });
  const admin = await visit(context, browser, house);
  const bare = await visit(context, browser, house, { more: { ignoreHTTPSErrors: true } });
  const night = await visit(context, browser, house, { dark: true, locale: "en-GB", more: { ignoreHTTPSErrors: true } });
  const look = async (at, what) => {
    for (const [size, { viewport }] of Object.entries(sizes)) {
      await at.setViewportSize(viewport);
      await inspect(at, `${what} on a ${size}`);
      if (process.env.E2E_LOOK) await at.screenshot({ path: `${process.env.E2E_LOOK}/${what}-${size}.png`.replaceAll(" ", "-"), fullPage: true });
    }
  };
  let desk, door;

  await step("the firm takes keys, once its administrator has read whose", async () => {
    await signIn(admin.page, house.person("claire"));
    desk = new URL(admin.page.url()).pathname;
    await admin.page.goto(`${desk}/entrance`);
    await admin.page.getByText(name).waitFor();
    await look(admin.page, "keys not taken");
    await button(admin.page, "entrance.keys_take").click();
    await said(admin.page, "keys_taken");
    await look(admin.page, "keys taken");
  });

  await step("a colleague adds his by coming once with it", async () => {
    await signIn(page, house.person("karim"));
    await page.goto("/account");
    await page.getByRole("button", { name: t("door.key_bring") }).click();
    await page.getByRole("heading", { name: t("door.away_keys") }).waitFor();
    await look(page, "a key to be plugged in");
    await page.getByRole("link", { name: t("door.away_keys_go") }).click();
    await page.waitForURL("**/account?done=key_tied");
    await page.getByText("Me Karim Haddad").first().waitFor();
    await look(page, "his key");
  });

  await step("he enters by it, and whoever has none is told so in words", async () => {
    await page.goto("/account");
    await button(page, "door.leave").click();
    await button(page.getByRole("dialog"), "door.leave").click();
    await page.waitForURL("**/signin**");
    door = `/door/${desk.split("/")[2]}`;
    await page.goto(door);
    await look(page, "the door with keys");
    await page.getByRole("button", { name: t("door.offer_keys") }).click();
    await page.getByRole("link", { name: t("door.away_keys_go") }).click();
    await page.waitForURL(`**${desk}`);
    for (const [visitor, what] of [[bare, "no key"], [night, "no key at night"]]) {
      visitor.watch.allow(/status of 401/);
      await visitor.page.goto(door);
      await visitor.page.locator(".door-offers button").click();
      await visitor.page.locator("main a.button-primary").click();
      await visitor.page.waitForURL(`${origin}/**`);
      await visitor.page.locator(".notice-danger").waitFor();
      await look(visitor.page, what);
    }
    assert.deepEqual(await bare.context.cookies(origin).then((all) => all.filter(({ name }) => !name.endsWith("-away"))), [], "the listener left a cookie");
    await bare.page.goto(origin);
    await bare.page.getByText(t("door.card_lost")).waitFor();
    await look(bare.page, "lost at the listener");
  });

  await step("revoked, it opens nothing any more, from the next page on", async () => {
    await authority.revoke(his);
    watch.allow(/status of 40[14]/);
    assert.equal((await page.goto(desk)).status(), 404);
    await page.goto(door);
    await page.getByRole("button", { name: t("door.offer_keys") }).click();
    await page.getByRole("link", { name: t("door.away_keys_go") }).click();
    await page.getByText(t("keycard.revoked")).waitFor();
    await look(page, "a revoked key");
  });
});
