// Bytes, times and digests as the rows of files show them.
const lang = document.documentElement.lang || "fr";
const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
const most = 64 * 1024 * 1024; // bytes of a file whose digest is worth the wait

export function bytes(count) {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  return new Intl.NumberFormat(lang, { style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: count >= 1000 ? 1 : 0 }).format(count / 1000 ** power);
}

export function duration(seconds) {
  const [value, unit] = seconds < 60 ? [Math.max(1, Math.ceil(seconds)), "second"] : seconds < 3600 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

export const fill = (text, ...args) => text.replace(/\{(\d)\}/g, (_, index) => args[index]);

/** SHA-256 in hexadecimal, so that what is there already need not be sent; nothing for a large file. */
export async function digest(file) {
  if (file.size > most || !globalThis.crypto?.subtle) return "";
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
