// What every page does: lists that grow, forms that are sent once, gestures.
import { load } from "./region.js";

document.documentElement.classList.add("js");

/** « Afficher la suite »: appends the next page's rows to the list. */
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const id = link.dataset.more;
  const list = document.getElementById(id);
  if (!list) return;
  event.preventDefault();
  link.setAttribute("aria-busy", "true");
  try {
    const page = await load(link.href);
    const rows = [...(page.getElementById(id)?.children ?? [])];
    list.append(...rows);
    const next = page.getElementById(`${id}-more`);
    const old = document.getElementById(`${id}-more`);
    if (next) old.replaceWith(next); else old.remove();
    rows[0]?.querySelector("a, button")?.focus();
  } catch {
    location.href = link.href; // the plain way says what is wrong
  }
});

/** A form is sent once; the button says so while the answer is on its way. One that answers with a file leaves the page as it is. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "dialog" || "file" in form.dataset || event.defaultPrevented) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

/** Ctrl or ⌘ with Enter sends the form one is writing in. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.("textarea")) return;
  event.preventDefault();
  event.target.form?.requestSubmit(event.target.form.querySelector("button:not([type=button])"));
});

/** Dialogs: [data-dialog=id] opens, [data-close] and the backdrop close. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  } else if (event.target.closest?.("[data-close]") || event.target.matches?.("dialog")) {
    event.target.closest("dialog")?.close();
  }
});

document.querySelector("[data-focus]")?.focus();
