// Visitors in a real browser, each watched: a console error, a script error, a
// breach of the content security policy or a failing server fails the test.
import { AxeBuilder } from "@axe-core/playwright";
import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { later } from "./house.mjs";

const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const desk = { viewport: { width: 1280, height: 900 } };

/** Both sizes on which every page must hold. */
export const sizes = { phone, desk };

/** What people use, and its engine without windows, which takes half the processor (doc/decisions/096-everyday-time.md). */
const programs = { whole: "/usr/bin/chromium", engine: "/usr/bin/chromium-headless-shell" };

/**
 * A browser that lives as long as the test t. whole: with what the engine alone lacks, such as a viewer of
 * PDF. own: origins in plain http that lead to this machine and are as safe as loopback ones.
 */
export async function browse(t, { own = [], whole = own.length > 0 } = {}) {
  const more = own.length === 0 ? [] : [
    `--host-resolver-rules=${own.map((origin) => `MAP ${new URL(origin).hostname} 127.0.0.1`).join(",")}`,
    `--unsafely-treat-insecure-origin-as-secure=${own.join(",")}`,
  ];
  const browser = await chromium.launch({
    executablePath: process.env.E2E_CHROMIUM ?? (whole ? programs.whole : programs.engine),
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...more],
  });
  later(t, () => browser.close());
  return browser;
}

/** Everything a page did that no page may do. */
class Watch {
  constructor() {
    this.faults = [];
    this.allowed = [];
  }

  /** From here on, what matches is expected: a network that the journey cuts, a page that is absent. */
  allow(...patterns) { this.allowed.push(...patterns); }

  note(what) {
    if (!this.allowed.some((pattern) => pattern.test(what))) this.faults.push(what);
  }

  on(context) {
    context.on("console", (message) => {
      if (message.type() === "error" || /Content Security Policy|violates/.test(message.text())) this.note(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error) => this.note(`script: ${error.error().stack}`));
    context.on("response", (response) => {
      if (response.status() >= 500) this.note(`server: ${response.status()} ${response.url()}`);
    });
  }
}

/**
 * Opens a page on a house for one person. Options: phone, dark, script (false:
 * none), more (of the driver's own). The visitor has page, context, watch; it leaves when t has ended, and
 * fails t when its watch has seen a fault.
 */
export async function visit(t, browser, house, options = {}) {
  const context = await browser.newContext({
    ...(options.phone ? phone : desk), baseURL: house.base, locale: options.locale ?? "fr-FR", timezoneId: "Europe/Paris",
    colorScheme: options.dark ? "dark" : "light", reducedMotion: "reduce", javaScriptEnabled: options.script !== false,
    ...options.more,
  });
  context.setDefaultTimeout(20_000);
  const watch = new Watch();
  watch.on(context);
  const page = await context.newPage();
  later(t, async () => {
    await context.close();
    assert.deepEqual(watch.faults, [], "the pages were not silent");
  });
  return { page, context, watch };
}

/**
 * Makes the steps of a journey: each is a test of its own, and a failed one
 * ends the journey, with a picture and the text of every open page kept.
 */
export function journey(t, browser) {
  return async (name, act) => {
    let ended = false;
    await t.test(name, async () => {
      try {
        await act();
        ended = true;
      } catch (error) {
        error.message += `\n  what the pages showed is in ${await keep(browser)}`;
        throw error;
      }
    });
    if (!ended) throw new Error(`the journey ends here: ${name}`);
  };
}

async function keep(browser) {
  const folder = await mkdtemp(join(tmpdir(), "cenacle-e2e-failed-"));
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) {
    try {
      await page.screenshot({ path: join(folder, `${index}.png`), fullPage: true, timeout: 3000 });
      await writeFile(join(folder, `${index}.html`), `<!-- ${page.url()} -->\n${await page.content()}`);
    } catch (error) {
      await writeFile(join(folder, `${index}.txt`), String(error)); // a page that has gone has nothing to show
    }
  }
  return folder;
}

/**
 * No violation of axe's rules, no id twice, nothing wider than the screen. The page runs scripts: axe is one.
 * Its legacy mode judges in the page itself: no frame of ours is of another origin, and the
 * other mode opens a second page for each look. What holds is not described: that took two fifths
 * of each look.
 */
export async function inspect(page, name) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] }).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ target, failureSummary }) => `    ${target}\n      ${failureSummary.replace(/\n/g, "\n      ")}`).join("\n")}`);
  assert.deepEqual(found, [], `axe on ${name}`);
  assert.deepEqual(await twins(page), [], `ids that two have on ${name}`);
  await narrow(page, name);
}

/** The ids that more than one element has: a label or a link would lead to the first. */
const twins = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    return [...new Set(all.filter((id, index) => all.indexOf(id) !== index))];
  });

/** Nothing is wider than the screen. */
export async function narrow(page, name) {
  const { wide, room, culprits } = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const culprits = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room + 1);
    return { wide: document.documentElement.scrollWidth, room, culprits: culprits.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) };
  });
  assert.ok(wide <= room, `${name} is ${wide} px wide on a screen of ${room}: ${culprits.join("\n")}`);
}
