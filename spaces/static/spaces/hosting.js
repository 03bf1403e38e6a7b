/* What hosts set for the whole Space: who may take a place, locked requests, mute all, accept all. */

import { sentence } from "./sentences.js";
import { isHosting } from "./store.js";

const $ = (id) => document.getElementById(id);

export class Hosting {
  #who = $("who-can-speak");
  #state = null; #run;

  /** `run(op, fields)` resolves to whether it was done. */
  constructor(run) {
    this.#run = run;
    this.#who.addEventListener("change", () => this.#choose());
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-host-op]");
      if (button) run(button.dataset.hostOp, {});
    });
  }

  render(state) {
    this.#state = state;
    const { who_can_speak: who, requests_locked: isLocked } = state.space;
    const mayManage = isHosting(state) && who !== undefined;
    for (const box of document.querySelectorAll("[data-hosting]")) box.hidden = !mayManage;
    for (const note of document.querySelectorAll("[data-locked]")) note.hidden = !isLocked;
    for (const note of document.querySelectorAll("[data-permission]")) note.textContent = who ? sentence(`permission.${who}`) : "";
    if (!mayManage) return this.#showOps({});
    this.#who.value = who;
    return this.#showOps({
      accept_all: state.hands.length > 1,
      lock_requests: !isLocked,
      unlock_requests: isLocked,
      mute_all: state.stage.some((seat) => !seat.muted && seat.person !== state.me.person),
    });
  }

  #showOps(shows) {
    for (const button of document.querySelectorAll("[data-host-op]")) show(button, Boolean(shows[button.dataset.hostOp]));
  }

  async #choose() {
    const { value } = this.#who;
    if (!(await this.#run("set_who_can_speak", { value }))) this.#who.value = this.#state.space.who_can_speak;
  }
}

/** A button that goes while it has the focus passes it to the next one of its group. */
function show(button, isShown) {
  const hadFocus = !isShown && document.activeElement === button;
  button.hidden = !isShown;
  if (hadFocus) queueMicrotask(() => (button.parentElement.querySelector("button:not([hidden])") ?? button.closest("dialog") ?? $("people-button")).focus());
}
