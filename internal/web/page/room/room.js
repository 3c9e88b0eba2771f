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
