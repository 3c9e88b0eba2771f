// The reader of <c-pdf>: pages drawn when they come near, forgotten when they
// are far, with a text layer for selection and screen readers. No eval, no
// WebAssembly, no inline style: it works under the strict policy.
import * as pdf from "pdfjs-dist/legacy/build/pdf.min.mjs";
import worker from "url:pdfjs-dist/legacy/build/pdf.worker.min.mjs";

pdf.GlobalWorkerOptions.workerSrc = worker;

const widest = 2; // device pixels a CSS pixel is drawn with, at most
const steps = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];

function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

export class Reader {
  constructor(host) {
    this.host = host;
    this.words = host.dataset;
    this.step = steps.indexOf(1);
    this.number = 1;
  }

  async open() {
    const loading = make("p", "loading", { textContent: this.words.textLoading });
    loading.setAttribute("role", "status");
    this.plain = [...this.host.childNodes];
    this.host.replaceChildren(loading);
    this.task = pdf.getDocument({
      url: new URL(this.words.src, location.href).href,
      isEvalSupported: false, useWasm: false, useWorkerFetch: true, enableXfa: false,
      cMapUrl: `${PDF_FOLDER}cmaps/`, cMapPacked: true,
      standardFontDataUrl: `${PDF_FOLDER}standard_fonts/`, wasmUrl: `${PDF_FOLDER}wasm/`,
      disableAutoFetch: true, rangeChunkSize: 1 << 18,
    });
    try {
      this.document = await this.task.promise;
      const first = await this.document.getPage(1);
      this.size = first.getViewport({ scale: 1 });
      this.build();
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    const message = make("p", "view-plain", { textContent: error?.name === "PasswordException" ? this.words.textSecret : this.words.textFailed });
    message.setAttribute("role", "alert");
    this.host.replaceChildren(message);
  }

  build() {
    this.pages = make("div", "pdf-pages", { tabIndex: 0 });
    this.pages.setAttribute("role", "region");
    this.pages.setAttribute("aria-label", this.label(1));
    this.count = make("span", "small figures", { textContent: this.label(1) });
    const bar = make("div", "pdf-bar");
    const zoom = make("div", "actions");
    zoom.append(
      this.button("−", this.words.textOut, () => this.zoom(this.step - 1)),
      this.button("↔", this.words.textFit, () => this.zoom(steps.indexOf(1))),
      this.button("+", this.words.textIn, () => this.zoom(this.step + 1)),
    );
    bar.append(this.count, zoom);
    this.host.replaceChildren(bar, this.pages);
    this.near = new IntersectionObserver((entries) => entries.forEach((entry) => this.pass(entry)), { root: this.pages, rootMargin: "100% 0px" });
    this.boxes = Array.from({ length: this.document.numPages }, (_, index) => {
      const box = make("div", "pdf-page");
      box.dataset.page = String(index + 1);
      return box;
    });
    this.pages.append(...this.boxes);
    this.measure();
    this.boxes.forEach((box) => this.near.observe(box));
    this.pages.addEventListener("scroll", () => this.turn(), { passive: true });
    this.pages.addEventListener("keydown", (event) => this.key(event));
    this.resized = new ResizeObserver(() => this.widthChanged());
    this.resized.observe(this.host);
  }

  button(text, label, act) {
    const button = make("button", "button button-icon button-small", { type: "button", textContent: text, onclick: act, title: label });
    button.setAttribute("aria-label", label);
    return button;
  }

  label(number) {
    return this.words.textPage.replace("{0}", number).replace("{1}", this.document.numPages);
  }

  /** The scale that fills the width, times the chosen zoom. */
  measure() {
    this.width = this.host.clientWidth;
    const fit = Math.min(Math.max(this.width - 24, 200), 1100) / this.size.width;
    this.scale = fit * steps[this.step];
    for (const box of this.boxes) this.shape(box, box.size ?? this.size);
  }

  shape(box, size) {
    box.style.width = `${Math.floor(size.width * this.scale)}px`;
    box.style.height = `${Math.floor(size.height * this.scale)}px`;
    box.style.setProperty("--total-scale-factor", this.scale);
    box.style.setProperty("--scale-round-x", "1px");
    box.style.setProperty("--scale-round-y", "1px");
  }

  widthChanged() {
    if (Math.abs(this.host.clientWidth - this.width) < 2) return;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.redraw(), 150);
  }

  zoom(step) {
    this.step = Math.max(0, Math.min(step, steps.length - 1));
    this.redraw();
  }

  redraw() {
    const top = this.boxes[this.number - 1];
    this.measure();
    for (const box of this.boxes) {
      this.forget(box);
      this.near.unobserve(box);
      this.near.observe(box);
    }
    this.pages.scrollTop = top.offsetTop - this.pages.offsetTop;
  }

  pass({ target, isIntersecting }) {
    if (isIntersecting) this.draw(target).catch((error) => { if (error?.name !== "RenderingCancelledException") this.forget(target); });
    else this.forget(target);
  }

  async draw(box) {
    if (box.drawn) return;
    box.drawn = true;
    const page = await this.document.getPage(Number(box.dataset.page));
    if (!box.drawn) return;
    box.size = page.getViewport({ scale: 1 });
    this.shape(box, box.size);
    const viewport = page.getViewport({ scale: this.scale });
    const ratio = Math.min(devicePixelRatio || 1, widest);
    const canvas = make("canvas", "", { width: Math.floor(viewport.width * ratio), height: Math.floor(viewport.height * ratio) });
    canvas.setAttribute("aria-hidden", "true");
    const layer = make("div", "textLayer");
    box.replaceChildren(canvas, layer);
    box.task = page.render({ canvas, viewport, transform: ratio === 1 ? null : [ratio, 0, 0, ratio, 0, 0] });
    await box.task.promise;
    if (this.words.mark) stamp(canvas, this.words.mark);
    box.text = new pdf.TextLayer({ textContentSource: page.streamTextContent(), container: layer, viewport });
    await box.text.render();
  }

  forget(box) {
    box.drawn = false;
    box.task?.cancel();
    box.text?.cancel();
    box.task = box.text = null;
    box.replaceChildren();
  }

  turn() {
    const middle = this.pages.scrollTop + this.pages.clientHeight / 2;
    let number = 1;
    for (const box of this.boxes) if (box.offsetTop - this.pages.offsetTop <= middle) number = Number(box.dataset.page);
    if (number === this.number) return;
    this.number = number;
    this.count.textContent = this.label(number);
    this.pages.setAttribute("aria-label", this.label(number));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") this.zoom(this.step + 1);
    else if (event.key === "-") this.zoom(this.step - 1);
    else if (event.key === "0") this.zoom(steps.indexOf(1));
    else return;
    event.preventDefault();
  }

  close() {
    this.resized?.disconnect();
    this.near?.disconnect();
    this.task?.destroy();
    if (this.plain) this.host.replaceChildren(...this.plain);
  }
}

/** Writes who looks, and when, across a page: in the picture, not above it. */
function stamp(canvas, mark) {
  const at = canvas.getContext("2d");
  const size = Math.max(10, Math.round(canvas.width / 42));
  at.setTransform(1, 0, 0, 1, 0, 0);
  at.font = `${size}px sans-serif`;
  const width = at.measureText(mark).width;
  for (let row = 0, y = 2 * size; y < canvas.height + size; row += 1, y += 10 * size) {
    for (let x = size - (row % 2) * width / 2; x < canvas.width; x += width + 3 * size) {
      at.fillStyle = "rgb(255 255 255 / 25%)";
      at.fillText(mark, x + 1, y + 1);
      at.fillStyle = "rgb(60 60 60 / 20%)";
      at.fillText(mark, x, y);
    }
  }
}
