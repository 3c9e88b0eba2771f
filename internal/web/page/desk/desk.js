// <c-opening data-usual data-mail>: choosing a model chooses the profile that
// usually goes with it, until a person chooses one herself; the notice names the
// address that was typed.
class Opening extends HTMLElement {
  connectedCallback() {
    const usual = new Map(this.dataset.usual.split(" ").map((pair) => pair.split(":")));
    const profiles = [...this.querySelectorAll("[name=profile]")];
    let chosen = profiles.some((profile) => profile.checked);
    for (const profile of profiles) profile.addEventListener("change", () => { chosen = true; });
    for (const model of this.querySelectorAll("[name=model]")) {
      model.addEventListener("change", () => {
        if (chosen) return;
        for (const profile of profiles) profile.checked = profile.value === usual.get(model.value);
      });
    }
    const email = this.querySelector("[name=email]");
    const notice = this.querySelector("[data-mail-text]");
    const plain = notice.textContent;
    const say = () => {
      const named = email.value.trim() !== "" && email.validity.valid;
      notice.textContent = named ? this.dataset.mail.replace("{0}", () => email.value.trim()) : plain;
    };
    email.addEventListener("change", say);
    say();
  }
}

customElements.define("c-opening", Opening);
