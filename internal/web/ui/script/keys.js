// <c-keys>: single keys for who works by the keyboard. They move the focus over
// real links, so that a screen reader says what it always says; they are never
// heard in a field, and a box turns them off in this browser (WCAG 2.1.4).
// Without a keyboard beside a precise pointer they are neither shown nor heard.
const choice = "cenacle-keys";
const rows = "main :is(.doc, .wait, .desk-table tbody tr, .desk-own > li, .task, .room-folder)";
const patience = 1200; // between g and what follows it

/** Whether single keys are heard. */
export const heard = () => matchMedia("(pointer: fine)").matches && localStorage.getItem(choice) !== "off";

/** The key belongs to something else: a field, a dialog, a gesture of the browser. */
export function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented
    || Boolean(event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open], summary"));
}

const shown = () => [...document.querySelectorAll(rows)].filter((row) => row.offsetParent && link(row));
const link = (row) => row.querySelector("a[href]:not([data-file])");

/** Moves the focus to the row after or before the one that has it. */
function step(by) {
  const all = shown();
  const here = document.activeElement?.closest(rows);
  const at = all.indexOf(here);
  const next = at < 0 ? all.at(by > 0 ? 0 : -1) : all[at + by];
  if (next) return void link(next).focus();
  if (by > 0) here?.closest("section")?.querySelector("a[data-more]")?.click(); // the list goes on
}

class Keys extends HTMLElement {
  connectedCallback() {
    if (!matchMedia("(pointer: fine)").matches) return;
    this.hidden = false;
    const box = this.querySelector("input");
    box.checked = heard();
    box.onchange = () => localStorage.setItem(choice, box.checked ? "on" : "off");
    this.press = (event) => {
      if (heard() && !elsewhere(event) && this.act(event)) event.preventDefault();
    };
    document.addEventListener("keydown", this.press);
  }

  disconnectedCallback() { document.removeEventListener("keydown", this.press); }

  /** Whether the key was one of ours. */
  act({ key, target }) {
    const after = this.going && performance.now() - this.going < patience;
    this.going = 0;
    if (after && key === "d") return this.go(document.querySelector(".sections a, .mark"));
    if (after && key === "u") return this.go([...document.querySelectorAll(".crumbs a")].at(-1));
    switch (key) {
      case "g": this.going = performance.now(); return true;
      case "j": step(1); return true;
      case "k": step(-1); return true;
      case "ArrowDown":
      case "ArrowUp":
        if (!target.closest?.(rows) || target.matches("input")) return false; // elsewhere they move the page
        step(key === "ArrowDown" ? 1 : -1);
        return true;
      case "n": return this.go(document.querySelector("main a[href$='/spaces/new']"));
      case "/": return this.search();
      case "?": this.querySelector("dialog").showModal(); return true;
    }
    return false;
  }

  go(where) {
    if (where) where.click();
    return Boolean(where);
  }

  search() {
    const field = document.querySelector("main input[type=search]");
    if (field) {
      field.focus();
      field.select();
    } else if (this.dataset.search) location.href = this.dataset.search;
    return Boolean(field || this.dataset.search);
  }
}

customElements.define("c-keys", Keys);
