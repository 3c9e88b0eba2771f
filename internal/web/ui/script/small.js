// The small elements: each makes one plain thing pleasant, and shows its button
// only when it can keep its promise.

class Copy extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button || !navigator.clipboard) return;
    button.hidden = false;
    const label = button.querySelector("span");
    const before = label.textContent;
    button.onclick = async () => {
      await navigator.clipboard.writeText(this.dataset.value);
      label.textContent = this.dataset.done;
      label.setAttribute("role", "status");
      setTimeout(() => { label.textContent = before; label.removeAttribute("role"); }, 2500);
    };
  }
}

/** Shows and hides what is typed into a password field. */
class Reveal extends HTMLElement {
  connectedCallback() {
    const [input, button] = [this.querySelector("input"), this.querySelector("button")];
    button.hidden = false;
    button.onclick = () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.textContent = shown ? this.dataset.hide : this.dataset.show;
    };
    input.form?.addEventListener("submit", () => { input.type = "password"; });
  }
}

class Print extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = false;
    button.onclick = () => print();
  }
}

/** A fold that behaves like a menu: closes outside and on Escape, arrows move. */
class Menu extends HTMLElement {
  connectedCallback() {
    this.fold = this.querySelector("details");
    this.addEventListener("keydown", this);
    document.addEventListener("click", this);
  }
  disconnectedCallback() { document.removeEventListener("click", this); }
  handleEvent(event) {
    if (!this.fold.open) return;
    if (event.type === "click") {
      if (!this.contains(event.target)) this.fold.open = false;
      return;
    }
    const entries = [...this.querySelectorAll(".menu-list :is(a, button)")];
    const at = entries.indexOf(document.activeElement);
    if (event.key === "Escape") { this.fold.open = false; this.querySelector("summary").focus(); }
    else if (event.key === "ArrowDown") entries[(at + 1) % entries.length]?.focus();
    else if (event.key === "ArrowUp") entries[(at - 1 + entries.length) % entries.length]?.focus();
    else return;
    event.preventDefault();
  }
}

/** A picture that opens to the whole screen; a second gesture shows each pixel. */
class Picture extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".picture-open")) return;
    const image = this.querySelector("img");
    const open = Object.assign(document.createElement("button"), { className: "picture-open", type: "button" });
    open.setAttribute("aria-label", `${this.dataset.text} – ${image.alt}`);
    image.replaceWith(open);
    open.append(image);
    const fail = () => this.replaceChildren(said(this.dataset.textFailed));
    if (image.complete && !image.naturalWidth) fail();
    image.onerror = fail;
    open.onclick = () => this.show(image);
  }
  show(image) {
    const full = Object.assign(document.createElement("dialog"), { className: "picture-full" });
    full.setAttribute("aria-label", image.alt);
    full.dataset.fit = "";
    const copy = Object.assign(document.createElement("img"), { src: image.src, alt: image.alt });
    const bar = Object.assign(document.createElement("div"), { className: "picture-bar" });
    const close = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: "✕" });
    close.setAttribute("aria-label", this.dataset.closeText);
    close.onclick = () => full.close();
    copy.onclick = () => full.toggleAttribute("data-fit");
    bar.append(close);
    full.append(copy, bar);
    full.onclose = () => full.remove();
    document.body.append(full);
    full.showModal();
  }
}

/** What is said in the place of a preview. */
function said(text) {
  const box = Object.assign(document.createElement("div"), { className: "view-plain" });
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  return box;
}

/** The words of a text or a mail, as nothing but words. */
class Words extends HTMLElement {
  async connectedCallback() {
    if (this.querySelector("pre")) return;
    this.replaceChildren(said(this.dataset.textLoading));
    try {
      const answer = await fetch(this.dataset.src, { headers: { Accept: "text/plain" } });
      if (!answer.ok || !answer.headers.get("Content-Type")?.startsWith("text/plain")) throw new Error(String(answer.status));
      const words = Object.assign(document.createElement("pre"), { className: "view-words", tabIndex: 0, textContent: await answer.text() });
      this.replaceChildren(words);
    } catch {
      this.replaceChildren(said(this.dataset.textFailed));
    }
  }
}

customElements.define("c-words", Words);
customElements.define("c-copy", Copy);
customElements.define("c-reveal", Reveal);
customElements.define("c-print", Print);
customElements.define("c-menu", Menu);
customElements.define("c-picture", Picture);
