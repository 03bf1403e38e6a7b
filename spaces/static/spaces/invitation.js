/* For who is invited: a dialog that can be put off, and a notice that stays until it is answered. */

import { notice } from "./notices.js";

const $ = (id) => document.getElementById(id);
const TYPING = "input, textarea, select, [contenteditable]";

export class Invitation {
  #dialog = $("invitation");
  #answer; #invitation = null; #isPutOff = false;

  /** `answer(op)` resolves to whether it was done. */
  constructor(answer) {
    this.#answer = answer;
    $("invitation-form").addEventListener("submit", ({ submitter }) => answer(submitter.value));
    document.addEventListener("close", ({ target }) => this.#closed(target), { capture: true });
  }

  render(state) {
    const invitation = state.me.invitation ?? null;
    if (!same(invitation, this.#invitation)) this.#isPutOff = false;
    this.#invitation = invitation;
    notice("invited", invitation && "invited");
    if (invitation) this.#draw();
    else if (this.#dialog.open) this.#dialog.close();
    this.#offer();
  }

  open() {
    if (this.#invitation && !this.#dialog.open) this.#dialog.showModal();
  }

  /** Closed without an answer it is put off; after any other dialog it may be its turn. */
  #closed(dialog) {
    if (dialog === this.#dialog) this.#isPutOff = true;
    else this.#offer();
  }

  #draw() {
    const { role, by } = this.#invitation;
    for (const part of this.#dialog.querySelectorAll("[data-invited]")) part.hidden = part.dataset.invited !== role;
    const names = [...this.#dialog.querySelectorAll("[data-name]"), document.querySelector('[data-notice="invited"] [data-name]')];
    for (const name of names) name.textContent = by.name;
  }

  /** It never comes between somebody and another dialog, or what they are writing. */
  #offer() {
    if (!this.#invitation || this.#isPutOff || document.querySelector("dialog[open]")) return;
    if (document.activeElement?.matches(TYPING)) return;
    this.open();
  }
}

const same = (one, other) => one?.role === other?.role && one?.by.handle === other?.by.handle;
