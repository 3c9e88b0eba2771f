// Passkeys: the form asks our server for a question, the browser for its answer,
// and is then posted like any other. It stays hidden in a browser that has none.

class Passkey extends HTMLElement {
  connectedCallback() {
    const known = window.PublicKeyCredential;
    if (!known?.parseRequestOptionsFromJSON || !known.prototype.toJSON) return;
    this.form = this.querySelector("form");
    this.form.hidden = false;
    this.form.addEventListener("submit", this);
  }
  handleEvent(event) {
    if (this.form.elements.answer.value) return;
    event.preventDefault();
    this.ask();
  }
  async ask() {
    const said = this.querySelector("[role=status]");
    const button = this.form.querySelector("button");
    said.textContent = "";
    button.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(this.dataset.ask, { method: "POST" });
      if (!response.ok) { location.reload(); return; } // the page says what is wrong
      const { challenge, options } = await response.json();
      const key = this.dataset.what === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      this.form.elements.challenge.value = challenge;
      this.form.elements.answer.value = JSON.stringify(key.toJSON());
      this.form.requestSubmit();
    } catch {
      said.textContent = this.dataset.fail; // she closed the browser's window, or has no passkey here
      button.removeAttribute("aria-busy");
    }
  }
}

customElements.define("c-passkey", Passkey);
