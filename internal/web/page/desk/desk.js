// <c-desk data-new data-search>: one key each opens a new space and goes to the
// search box. A box turns them off, in this browser (WCAG 2.1.4); without a
// keyboard beside a precise pointer they are neither shown nor heard.
const choice = "cenacle-keys";

class Desk extends HTMLElement {
  connectedCallback() {
    if (!matchMedia("(pointer: fine)").matches) return;
    this.hidden = false;
    const box = this.querySelector("input");
    box.checked = localStorage.getItem(choice) !== "off";
    box.onchange = () => localStorage.setItem(choice, box.checked ? "on" : "off");
    this.heard = (event) => {
      if (box.checked && !elsewhere(event)) this.press(event);
    };
    document.addEventListener("keydown", this.heard);
  }
  disconnectedCallback() { document.removeEventListener("keydown", this.heard); }
  press(event) {
    if (event.key === "n") location.href = this.dataset.new;
    else if (event.key === "/") {
      const box = document.getElementById(this.dataset.search);
      box.focus();
      box.select();
    } else return;
    event.preventDefault();
  }
}

/** The key belongs to something else: a field, a dialog, a gesture of the browser. */
function elsewhere(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented
    || Boolean(event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog"));
}

// <c-opening data-usual data-mail>: choosing a model chooses the profile that
// usually goes with it, until a person chooses one herself; the notice names the
// address that was typed.
class Opening extends HTMLElement {
  connectedCallback() {
    const usual = new Map(this.dataset.usual.split(" ").map((pair) => pair.split(":")));
    const profiles = [...this.querySelectorAll("[name=profile]")];
    let chosen = profiles.some((profile) => profile.checked);
    for (const profile of profiles) profile.addEventListener("change", () => { chosen = true; });
    for (const model of this.querySelectorAll("[name=model]")) {
      model.addEventListener("change", () => {
        if (chosen) return;
        for (const profile of profiles) profile.checked = profile.value === usual.get(model.value);
      });
    }
    const email = this.querySelector("[name=email]");
    const notice = this.querySelector("[data-mail-text]");
    const plain = notice.textContent;
    const say = () => {
      const named = email.value.trim() !== "" && email.validity.valid;
      notice.textContent = named ? this.dataset.mail.replace("{0}", () => email.value.trim()) : plain;
    };
    email.addEventListener("change", say);
    say();
  }
}

customElements.define("c-desk", Desk);
customElements.define("c-opening", Opening);
