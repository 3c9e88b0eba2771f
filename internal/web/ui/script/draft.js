// <c-draft data-src> keeps the text being written on the server, a moment after
// the last key. The page itself brings it back: the server renders the draft.
const pause = 1200;

class Draft extends HTMLElement {
  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.state = this.querySelector(".draft-state");
    this.area.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.keep(), pause);
    });
    this.leaving = () => { if (this.timer) this.keep(); };
    addEventListener("pagehide", this.leaving);
    this.area.form?.addEventListener("submit", () => this.stop());
  }

  disconnectedCallback() {
    removeEventListener("pagehide", this.leaving);
    this.leaving();
  }

  /** Once the memo itself is sent, a late draft must not come back. */
  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.sent = true;
  }

  async keep() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.sent) return;
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(this.area.form)) {
      if (typeof value === "string") body.append(name, value);
    }
    try {
      const answer = await fetch(this.dataset.src, { method: "POST", body, keepalive: body.toString().length < 60_000 });
      this.say(answer.ok);
    } catch {
      this.say(false);
    }
  }

  say(kept) {
    this.state.textContent = kept ? this.dataset.kept : this.dataset.lost;
    if (!kept) this.timer = setTimeout(() => this.keep(), 10 * pause);
  }
}

customElements.define("c-draft", Draft);
