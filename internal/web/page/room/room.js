import { elsewhere, heard } from "../../ui/script/keys.js";

// <c-seen data-src> marks memos and events as read once they have been on the screen for a
// moment; without a script its button does.
const moment = 1500;

class Seen extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    const thread = this.closest(".talk, [data-seen]");
    if (!thread) return;
    this.watch = new IntersectionObserver(([entry]) => {
      clearTimeout(this.timer);
      if (entry.isIntersecting && !document.hidden) this.timer = setTimeout(() => this.mark(), moment);
    }, { rootMargin: "-20% 0px" });
    this.watch.observe(thread.querySelector(".thread") ?? thread);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.watch?.disconnect();
  }

  async mark() {
    this.watch.disconnect();
    try {
      await fetch(this.dataset.src, {
        method: "POST", credentials: "same-origin", headers: { "X-Requested-With": "cenacle" },
        body: new URLSearchParams(new FormData(this.querySelector("form"))),
      });
    } catch {
      this.hidden = false; // the button stays for when the network is back
    }
  }
}

customElements.define("c-seen", Seen);

// <c-offers> looks, while papers are named or a memo is written, for those that
// are there already: the page of requests is asked with "look", which sends
// nothing, and its #offers take the place of those here. In a memo, one is taken
// on the spot, so that what was written stays.
const pause = 500;

class Offers extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form") ?? this.querySelector("form");
    this.here = this.querySelector("[data-offers]");
    this.used = new Set();
    this.form.addEventListener("input", this);
    if ("used" in this.dataset) this.here.addEventListener("click", this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.form.removeEventListener("input", this);
  }

  handleEvent(event) {
    if (event.type === "click") return void this.take(event);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look().catch(() => {}), pause); // the step before sending looks again
  }

  async look() {
    const asked = new URLSearchParams(new FormData(this.form));
    asked.set("look", "1");
    const answer = await fetch(this.dataset.src ?? this.form.action, { method: "POST", credentials: "same-origin", body: asked, headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#offers");
    if (!found) return;
    for (const button of found.querySelectorAll("button[name=reuse]")) if (this.used.has(button.value)) this.settle(button);
    if (found.innerHTML !== this.here.innerHTML) this.here.replaceChildren(...found.childNodes);
  }

  async take(event) {
    const button = event.target.closest("button[name=reuse]");
    if (!button) return;
    event.preventDefault();
    button.setAttribute("aria-busy", "true");
    const answer = await fetch(button.formAction, { method: "POST", credentials: "same-origin", body: new URLSearchParams({ reuse: button.value }) }).catch(() => null);
    if (!answer?.ok) return void button.replaceWith(this.word(this.dataset.failed));
    this.used.add(button.value);
    this.settle(button);
  }

  settle(button) { button.replaceWith(this.word(this.dataset.used)); }

  word(text) { return Object.assign(document.createElement("p"), { className: "small", textContent: text }); }
}

customElements.define("c-offers", Offers);

// <c-pick> selects documents of a list by the keyboard: x marks the one that has
// the focus, shift with x, or with a click, all from the last one on.
class Pick extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.press = (event) => {
      if (event.key.toLowerCase() !== "x" || !heard() || elsewhere(event)) return;
      const box = event.target.closest(".doc")?.querySelector("input[name=document]");
      if (!box) return;
      event.preventDefault();
      box.checked = !box.checked;
      this.range(box, event.shiftKey);
    };
    this.click = (event) => {
      if (event.target.matches("input[name=document]")) this.range(event.target, event.shiftKey);
    };
    this.form.addEventListener("keydown", this.press);
    this.form.addEventListener("click", this.click);
  }

  disconnectedCallback() {
    this.form.removeEventListener("keydown", this.press);
    this.form.removeEventListener("click", this.click);
  }

  range(box, whole) {
    const all = [...this.form.querySelectorAll("input[name=document]")];
    const from = all.indexOf(this.last), to = all.indexOf(box);
    if (whole && from >= 0) for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
    this.last = box;
  }
}

customElements.define("c-pick", Pick);

// <c-onward data-go> sends its form again by itself: a long work goes on, a few
// seconds at a time. Without a script its button does.
class Onward extends HTMLElement {
  connectedCallback() {
    if ("go" in this.dataset) this.timer = setTimeout(() => this.querySelector("form").requestSubmit(), 300);
  }
  disconnectedCallback() { clearTimeout(this.timer); }
}

customElements.define("c-onward", Onward);
