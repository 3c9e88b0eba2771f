// Elements whose engine is heavy: loaded when the first of them stands in a page.

class PDF extends HTMLElement {
  async connectedCallback() {
    if (this.reader) return;
    const { Reader } = await import("./lazy/pdf.js");
    if (!this.isConnected) return;
    this.reader = new Reader(this);
    this.reader.open();
  }
  disconnectedCallback() {
    this.reader?.close();
    this.reader = null;
  }
}

class Upload extends HTMLElement {
  async connectedCallback() {
    if (!this.dataset.endpoint || this.desk) return;
    const { Desk } = await import("./lazy/upload.js");
    if (!this.isConnected || this.desk) return;
    this.desk = new Desk(this);
  }
  disconnectedCallback() {
    this.desk?.leave();
    this.desk = null;
  }
}

class Seal extends HTMLElement {
  async connectedCallback() {
    if (this.sealer || !globalThis.crypto?.subtle) return; // what it says without a script stays
    const { Sealer } = await import("./lazy/seal.js");
    if (this.isConnected) this.sealer ??= new Sealer(this);
  }
}

customElements.define("c-pdf", PDF);
customElements.define("c-upload", Upload);
customElements.define("c-seal", Seal);
