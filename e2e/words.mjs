// The words of the pages, from the catalogs themselves: a journey names a
// button by its key, so that a better wording breaks no journey.
import { readFileSync, readdirSync } from "node:fs";

const folder = new URL("../internal/i18n/catalog/", import.meta.url);
const words = Object.assign({}, ...readdirSync(folder).filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), "utf8"))));
const plural = new Intl.PluralRules("fr");

const fill = (text, args) => text.replace(/\{(\d)\}/g, (_, index) => args[index] ?? `{${index}}`);

function entry(key) {
  if (!words[key]) throw new Error(`no catalog has the key ${key}`);
  return words[key].fr;
}

/** The French sentence of key with its arguments {0}, {1}… */
export const t = (key, ...args) => fill(entry(key), args);

/** The sentence of key for a count, which is {0}. */
export const n = (key, count, ...args) => fill(entry(key)[plural.select(count)] ?? entry(key).other, [count, ...args]);

/** The sentence of key as a pattern in which every argument is any text, and any white space a space. */
export function like(key) {
  const said = entry(key);
  const forms = typeof said === "string" ? [said] : Object.values(said);
  const escape = (text) => text.split(/\{\d\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+")).join(".+?");
  return new RegExp(forms.map(escape).join("|"));
}
