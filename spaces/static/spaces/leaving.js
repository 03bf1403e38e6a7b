/* Ways out: the Leave dialog, and what is shown when the server says good-bye. */

import { isActing, isOnStage, successors } from "./store.js";

const $ = (id) => document.getElementById(id);

export class Leaving {
  #dialog = $("leave-dialog");
  #out = $("out");
  #ask; #gone; #again; #state = null;

  /** `ask(op, fields)` resolves to whether it was done; `gone()` goes home; `again()` takes over here. */
  constructor({ ask, gone, again }) {
    this.#ask = ask;
    this.#gone = gone;
    this.#again = again;
    $("leave").addEventListener("click", () => this.#start());
    $("leave-form").addEventListener("submit", (event) => this.#chosen(event));
    $("out-form").addEventListener("submit", () => this.#again());
    this.#out.addEventListener("close", () => this.#stay());
  }

  render(state) {
    this.#state = state;
    if (this.#dialog.open) this.#draw();
  }

  /** The server said good-bye with this code: removed, elsewhere, not_allowed … */
  say(code, { reason = "", words = "" } = {}) {
    const known = ["removed", "elsewhere"].includes(code) ? code : "not_allowed";
    for (const part of this.#out.querySelectorAll("[data-out]")) part.hidden = part.dataset.out !== known;
    this.#name(known);
    $("out-reason").textContent = reason;
    $("out-reason").hidden = reason === "";
    if (known === "not_allowed" && words) $("out-sentence").textContent = words;
    for (const dialog of document.querySelectorAll("dialog[open]")) if (dialog !== this.#out) dialog.close();
    this.#out.returnValue = "";
    if (!this.#out.open) this.#out.showModal();
  }

  /** Escape does not lead past it: there is nothing behind it. */
  #stay() {
    if (this.#out.returnValue !== "continue") this.#out.showModal();
  }

  /** The dialog is named and described by the part that is shown. */
  #name(known) {
    for (const id of ["out-h", "out-text"]) $(id)?.removeAttribute("id");
    const part = this.#out.querySelector(`[data-out="${known}"]`);
    part.querySelector("[data-out-title]").id = "out-h";
    this.#out.setAttribute("aria-describedby", "out-text");
    const text = part.querySelector("[data-out-text]");
    if (text.id) this.#out.setAttribute("aria-describedby", text.id);
    else text.id = "out-text";
  }

  /** A listener just goes; who is on stage is asked first. */
  #start() {
    if (!this.#state || !isOnStage(this.#state)) return this.#leave({});
    this.#draw();
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #draw() {
    const isHost = this.#state.me.role === "host";
    const heirs = isHost ? successors(this.#state) : [];
    const shows = { host: isHost, end: isHost || isActing(this.#state), heirs: heirs.length > 0, speaker: !isHost };
    for (const part of this.#dialog.querySelectorAll("[data-leave]")) part.hidden = !shows[part.dataset.leave];
    this.#drawHeirs(heirs);
  }

  #drawHeirs(heirs) {
    const chosen = this.#dialog.querySelector("[name=successor]:checked")?.value;
    $("successor-list").replaceChildren(...heirs.map((seat, index) => choice(seat, chosen ? seat.person === chosen : index === 0)));
  }

  #chosen({ submitter }) {
    if (submitter?.value === "end") return this.#end();
    if (submitter?.value === "leave") return this.#leave({});
    if (submitter?.value !== "hand_over") return null;
    const successor = this.#dialog.querySelector("[name=successor]:checked")?.value;
    return successor && this.#leave({ successor });
  }

  async #leave(fields) {
    if (await this.#ask("leave", fields)) this.#gone();
  }

  async #end() {
    await this.#ask("end", {}); // everybody, we too, is told by the event
  }
}

function choice({ person, name, picture }, isChosen) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "successor", value: person, checked: isChosen });
  const image = Object.assign(new Image(36, 36), { className: "avatar s", alt: "", src: picture });
  label.append(radio, image, Object.assign(document.createElement("bdi"), { textContent: name }));
  item.append(label);
  return item;
}
