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
