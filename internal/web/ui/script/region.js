// A region is an element with an id that the same URL renders again. refresh()
// fetches this page and replaces regions, keeping focus, open folds and
// everything a person is typing.
import htmx from "htmx.org/dist/htmx.esm.js";

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0, // pages hold secrets: nothing of them is stored in the browser
  selfRequestsOnly: true,
  defaultSwapStyle: "outerHTML",
  scrollIntoViewOnBoost: false,
  defaultSettleDelay: 0,
  attributesToSettle: [], // copying a style attribute would be an inline style, which our policy refuses
});

/** A region in which a file is on its way waits for it: replacing it would stop the file. */
const sends = (region) => region.querySelector("c-upload[data-busy]") !== null;

/** Refreshes the regions named in ids, a string separated by spaces. */
export async function refresh(ids) {
  const free = (region) => region && !sends(region);
  const present = ids.split(/\s+/).filter((id) => id && free(document.getElementById(id)));
  if (present.length === 0) return;
  await composed();
  // A form that came back stands at an address that shows nothing by itself.
  const page = document.querySelector("c-live[data-page]")?.dataset.page;
  await htmx.ajax("GET", page ?? location.pathname + location.search, {
    source: document.body, target: document.body, swap: "none",
    selectOOB: present.map((id) => `#${CSS.escape(id)}`).join(","),
  });
}

/** Fetches a page of this site as a document. */
export async function load(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** What one may not see any more leaves the screen: the page itself says why. */
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  if (xhr.status === 403 || xhr.status === 404) location.reload();
});

let composing = Promise.resolve();
addEventListener("compositionstart", () => {
  composing = new Promise((done) => addEventListener("compositionend", done, { once: true }));
});
/** Waits until an accent or ideogram being composed is finished. */
const composed = () => composing;

const typed = "textarea, select, input:not([type=hidden]):not([type=file]):not([type=submit])";
const touched = (field) => field.matches("[type=checkbox], [type=radio]")
  ? field.checked !== field.defaultChecked
  : field.matches("select")
    ? [...field.options].some((option) => option.selected !== option.defaultSelected)
    : field.value !== field.defaultValue;

function twin(field, fragment) {
  if (field.id) return fragment.querySelector(`#${CSS.escape(field.id)}`);
  const same = [...fragment.querySelectorAll(`[name="${CSS.escape(field.name)}"]`)];
  return same.find((other) => !field.matches("[type=checkbox], [type=radio]") || other.value === field.value);
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (sends(target)) return void event.preventDefault(); // chosen since the page was asked for; what has arrived refreshes it
  for (const field of target.querySelectorAll(typed)) {
    const next = twin(field, fragment);
    if (!next || !(touched(field) || field === document.activeElement)) continue;
    if (field.matches("[type=checkbox], [type=radio]")) next.checked = field.checked;
    else next.value = field.value;
  }
  for (const fold of target.querySelectorAll("details[id]")) {
    const next = fragment.querySelector(`details#${CSS.escape(fold.id)}`);
    if (next) next.open = fold.open;
  }
  for (const { id } of target.querySelectorAll("dialog[open][id]")) {
    setTimeout(() => document.getElementById(id)?.showModal()); // once the new one stands in the page
  }
});
