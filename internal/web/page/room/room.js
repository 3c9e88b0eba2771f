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

// <c-mention> offers, once an @ is typed in a memo, the names of those who will read
// it: they stand on the page, with the circles in which each reads. Without a script
// the name is typed. Who is named is decided when the memo is sent.
const mostOffered = 6;
const begun = /(?:^|[^\p{L}\p{N}])@([^@\n]{0,40})$/u;
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class Mention extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("input", this);
    this.form.addEventListener("change", this);
    this.form.addEventListener("keydown", this);
    this.addEventListener("click", this);
  }

  disconnectedCallback() {
    for (const kind of ["input", "change", "keydown"]) this.form.removeEventListener(kind, this);
  }

  get area() { return this.form.elements.namedItem("body"); }

  typed() { return begun.exec(this.area.value.slice(0, this.area.selectionStart))?.[1]; }

  handleEvent(event) {
    if (event.type === "click") return void this.take(event.target.closest("button"));
    if (event.type !== "keydown") return void this.offer();
    if (event.key === "Escape" && this.firstChild) {
      this.replaceChildren();
      this.area.focus();
    } else if (event.key === "ArrowDown" && event.target === this.area && this.firstChild) {
      event.preventDefault();
      this.firstChild.focus();
    }
  }

  offer() {
    const typed = this.typed();
    const circle = new FormData(this.form).get("circle");
    const reads = (one) => !one.dataset.circles || !circle || one.dataset.circles.split(" ").includes(circle);
    const wanted = (one) => plain(one.textContent).includes(plain(typed));
    const names = typed === undefined ? [] : [...document.querySelectorAll("#named li")].filter((one) => reads(one) && wanted(one));
    this.replaceChildren(...names.slice(0, mostOffered).map((one) => Object.assign(document.createElement("button"), { type: "button", className: "button button-small", textContent: one.textContent })));
  }

  take(button) {
    if (!button) return;
    const end = this.area.selectionStart;
    this.area.setRangeText(`${button.textContent} `, end - this.typed().length, end, "end");
    this.area.focus();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("c-mention", Mention);

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
