// <c-seen data-src> marks memos as read once they have been on the screen for a
// moment; without a script its button does.
const moment = 1500;

class Seen extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    const thread = this.closest(".talk");
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

// <c-offers> looks, while papers are named, for those that are there already:
// the form's own page is asked with "look", which sends nothing, and its
// #offers take the place of those here.
const pause = 500;

class Offers extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("input", this);
  }

  disconnectedCallback() { clearTimeout(this.timer); }

  handleEvent() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look().catch(() => {}), pause); // the step before sending looks again
  }

  async look() {
    const asked = new URLSearchParams(new FormData(this.form));
    asked.set("look", "1");
    const answer = await fetch(this.dataset.src ?? this.form.action, { method: "POST", credentials: "same-origin", body: asked, headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#offers");
    const here = this.querySelector("#offers");
    if (found && here && found.innerHTML !== here.innerHTML) here.replaceChildren(...found.childNodes);
  }
}

customElements.define("c-offers", Offers);

// <c-pick> selects documents of a list by the keyboard: x marks the one that has
// the focus, shift with x, or with a click, all from the last one on.
class Pick extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.press = (event) => {
      if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
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
