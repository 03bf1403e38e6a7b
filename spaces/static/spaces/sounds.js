/* Short, quiet sounds, made here: a request (for hosts), a place on stage, muted by a host.

   Never over speech: while somebody speaks loud they wait for a pause, and are given up after a few
   seconds, because a sound that comes late says nothing. */

import { remember, remembered } from "./remembered.js";
import { isHosting } from "./store.js";

const VOLUME = 0.06;
const TONE_S = 0.13;
const LOUD = 3; // of 9
const LOOK_EVERY_MS = 200;
const GIVEN_UP_AFTER_MS = 4000;

/* In hertz: rising asks, falling takes away. */
const TONES = {
  hand: [660, 880],
  invited: [660, 880, 1100],
  accepted: [523, 659, 784],
  muted: [440, 330],
};

/** What to do with a sound that was wanted `waited` ms ago, at the loudest level heard now (0 to 9). */
export function nextOf({ loudest, waited }) {
  if (loudest < LOUD) return "play";
  return waited < GIVEN_UP_AFTER_MS ? "wait" : "drop";
}

/** The sound of an event, or null. `state` is from before it. */
export function toneOf(event, state) {
  const isMine = (event.person ?? event.member?.person) === state.me.person;
  if (event.type === "hand_raised") return isHosting(state) && !state.hands.some((one) => one.person === event.person) ? "hand" : null;
  if (event.type === "unmute_asked") return "invited";
  if (!isMine) return null;
  if (event.type === "muted") return event.by === "host" ? "muted" : null;
  return { stage_joined: "accepted", invited: "invited" }[event.type] ?? null;
}

export class Sounds {
  #switch = document.getElementById("sounds-on");
  #loudest; #isSilenced; #context = null;

  /** `loudest()`: the loudest level now, 0 to 9; `isSilenced()`: whether the Space is. */
  constructor({ loudest, isSilenced }) {
    this.#loudest = loudest;
    this.#isSilenced = isSilenced;
    this.#switch.checked = remembered("sounds", "on") !== "off";
    this.#switch.addEventListener("change", () => remember("sounds", this.#switch.checked ? "on" : "off"));
  }

  /** Call inside a click: browsers let only that begin a sound. */
  arm() {
    if (!globalThis.AudioContext) return;
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {});
  }

  /** One of the names above. */
  play(name, waited = 0) {
    if (!this.#switch.checked || this.#isSilenced() || this.#context?.state !== "running") return;
    const next = nextOf({ loudest: this.#loudest(), waited });
    if (next === "wait") setTimeout(() => this.play(name, waited + LOOK_EVERY_MS), LOOK_EVERY_MS);
    if (next === "play") TONES[name].forEach((hertz, index) => this.#tone(hertz, index * TONE_S));
  }

  #tone(frequency, after) {
    const context = this.#context;
    const from = context.currentTime + after;
    const gain = new GainNode(context, { gain: 0 });
    const oscillator = new OscillatorNode(context, { frequency });
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(VOLUME, from + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, from + TONE_S);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(from);
    oscillator.stop(from + TONE_S);
  }
}
