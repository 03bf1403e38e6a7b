/* Reactions: one's own at once, everybody's by the pulse; at most 24 in the air, none but a counter
   with reduced motion. */

import { announce, toast } from "./announce.js";
import { refusalSentence, sentence } from "./sentences.js";

const IN_THE_AIR = 24;
const AT_ONCE = 6; // of one emoji and pulse
const COUNTED_FOR_MS = 8000;
const TOO_FAST_MS = 2500;

export class Reactions {
  #tray = document.getElementById("tray");
  #note = document.getElementById("tray-note");
  #air = document.getElementById("floaters");
  #tally = document.getElementById("tally");
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #mine = new Map(); #counts = new Map(); #timer = null; #noteTimer = null;
  #send;

  /** `send(emoji)` rejects with a Refusal. */
  constructor(send) {
    this.#send = send;
    this.#tray.addEventListener("click", (event) => {
      const button = event.target.closest("[data-emoji]");
      if (button) this.give(button);
    });
  }

  get isOpen() {
    return this.#tray.matches(":popover-open");
  }

  /** Key 1 to 9 while the tray is open. */
  giveNumber(n) {
    const button = this.#tray.querySelectorAll("[data-emoji]")[n - 1];
    if (button) this.give(button);
  }

  toggle() {
    this.#tray.togglePopover();
    if (this.isOpen) this.#tray.querySelector("[data-emoji]").focus();
  }

  async give(button) {
    const { emoji } = button.dataset;
    this.#mine.set(emoji, (this.#mine.get(emoji) ?? 0) + 1);
    this.#show(emoji, 1);
    try {
      await this.#send(emoji);
      announce(sentence("sent", { emoji: button.getAttribute("aria-label") }));
    } catch ({ code }) {
      this.#forgetMine(emoji, 1);
      if (code === "too_fast") this.#tooFast();
      else toast(refusalSentence(code));
    }
  }

  /** A pulse's tally; what is one's own of it has been shown already. */
  receive(tally) {
    for (const [emoji, n] of Object.entries(tally)) {
      const others = n - this.#forgetMine(emoji, n);
      if (others > 0) this.#show(emoji, others);
    }
  }

  #forgetMine(emoji, n) {
    const mine = Math.min(n, this.#mine.get(emoji) ?? 0);
    if (mine) this.#mine.set(emoji, this.#mine.get(emoji) - mine);
    return mine;
  }

  #tooFast() {
    this.#note.hidden = false;
    this.#tray.classList.add("too-fast");
    announce(sentence("too_fast"));
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => {
      this.#note.hidden = true;
      this.#tray.classList.remove("too-fast");
    }, TOO_FAST_MS);
  }

  #show(emoji, n) {
    if (this.#calm.matches) this.#count(emoji, n);
    else for (let i = 0; i < Math.min(n, AT_ONCE); i += 1) this.#float(emoji, i, n);
  }

  #float(emoji, i, n) {
    if (this.#air.childElementCount >= IN_THE_AIR) return;
    const one = document.createElement("span");
    one.textContent = emoji;
    if (n > 3) one.className = "x2";
    one.style.insetInlineEnd = `${1 + Math.random() * 5}rem`;
    one.style.setProperty("--dx", `${Math.random() * 4 - 2}rem`);
    one.style.setProperty("--rot", `${Math.random() * 40 - 20}deg`);
    one.style.animationDelay = `${i * 90}ms`;
    one.addEventListener("animationend", () => one.remove());
    this.#air.append(one);
  }

  #count(emoji, n) {
    this.#counts.set(emoji, (this.#counts.get(emoji) ?? 0) + n);
    this.#tally.textContent = [...this.#counts].map(([one, times]) => `${one} ${times}`).join("  ");
    this.#tally.hidden = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#counts.clear();
      this.#tally.hidden = true;
    }, COUNTED_FOR_MS);
  }
}
