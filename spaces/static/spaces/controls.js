/* The bottom bar: what the viewer's role has, and what each button says now. */

import { badge } from "./badge.js";
import { number, sentence } from "./sentences.js";
import { isOnStage, isSignedIn, myPlaceInQueue } from "./store.js";

const $ = (id) => document.getElementById(id);

const HAS = {
  stage: isOnStage,
  speaker: (state) => isOnStage(state) && state.me.role !== "host",
  listener: (state) => state.me.role === "listener",
  "may-take-place": (state) => state.me.role === "listener" && Boolean(state.me.may_take_place),
  visitor: (state) => !isSignedIn(state),
  "signed-in": isSignedIn,
};

export class Controls {
  #mic = $("mic");
  #hand = $("hand");

  render(state, { isMicMuted }) {
    for (const control of document.querySelectorAll("[data-for]")) control.hidden = !HAS[control.dataset.for](state);
    $("page").dataset.role = state.me.role;
    this.#drawMic(isMicMuted);
    this.#drawHand(myPlaceInQueue(state), state.space.requests_locked);
    keepFocus();
  }

  /** How loud the microphone is, 0 to 1. */
  level(level) {
    this.#mic.querySelector(".disc").style.setProperty("--level", level.toFixed(2));
  }

  #drawMic(isMuted) {
    this.#mic.toggleAttribute("data-muted", isMuted);
    this.#mic.querySelector("[data-label]").textContent = sentence(isMuted ? "unmute" : "mute");
  }

  /** While requests are locked the button stays and says so; a hand that is up can be lowered. */
  #drawHand(place, isLocked) {
    this.#hand.setAttribute("aria-pressed", String(place > 0));
    this.#hand.toggleAttribute("data-locked-hand", Boolean(isLocked) && place === 0);
    this.#hand.querySelector("[data-label]").textContent = sentence(place ? "hand.lower" : isLocked ? "hand.locked" : "hand");
    badge(this.#hand.querySelector("[data-place]"), place, sentence("hand.place", { n: number(place) }));
  }
}

/** When a control disappears under the focus, the focus goes to the bar's first one. */
function keepFocus() {
  const active = document.activeElement;
  if (active?.closest("#controls") && active.hidden) {
    document.querySelector("#controls .ctl:not([hidden])")?.focus();
  }
}

