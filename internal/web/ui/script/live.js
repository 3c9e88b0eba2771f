// <c-live data-src data-regions> listens to the server's signals, which carry no
// content, and refreshes regions of this page; rights are checked again there.
import { refresh } from "./region.js";

const least = 1_000;
const most = 60_000;
const gather = 150; // signals that come together make one refresh
const pause = 500; // between two refreshes, while signals keep coming
const idle = 5 * 60_000; // a page hidden for longer lets go of its connection

class Live extends HTMLElement {
  connectedCallback() {
    this.wait = least;
    this.last = 0;
    this.voice = Object.assign(document.createElement("span"), { className: "unseen" });
    this.voice.setAttribute("role", "status");
    this.append(this.voice);
    document.addEventListener("visibilitychange", this);
    this.missed = document.querySelector("[data-awaits]") !== null; // it may have come before anybody listened
    this.open();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    this.close();
  }

  open() {
    this.close();
    const source = new EventSource(this.dataset.src);
    this.source = source;
    source.onopen = () => {
      if (this.missed) this.changed();
      this.missed = false;
      this.wait = least;
    };
    source.onmessage = () => this.changed();
    source.addEventListener("signal", () => this.changed());
    source.onerror = () => {
      this.missed = true;
      if (source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
      this.retry = setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
      this.wait = Math.min(this.wait * 2, most);
    };
  }

  close() {
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }

  changed() {
    if (this.soon) return; // what is asked for then shows this as well
    const rest = this.last + pause - performance.now();
    this.soon = setTimeout(async () => {
      this.soon = 0;
      this.last = performance.now();
      try {
        await refresh(this.dataset.regions);
        this.voice.textContent = "";
        requestAnimationFrame(() => { this.voice.textContent = this.dataset.news; });
      } catch {
        this.missed = true; // shown at the next signal or reconnection
      }
    }, Math.max(gather, rest));
  }

  handleEvent() {
    clearTimeout(this.sleep);
    if (document.hidden) {
      this.sleep = setTimeout(() => { this.close(); this.missed = true; }, idle);
    } else if (!this.source) {
      this.open();
    }
  }
}

customElements.define("c-live", Live);
