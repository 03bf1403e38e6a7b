/* Single-key shortcuts: M, H, R then 1-9, hold the space bar to talk, ?. Off while typing, in
   dialogs, with other keys, or switched off (WCAG 2.1.4). */

const KEY = "causerie.shortcuts";
const TYPING = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]";
const CONTROL = "a, button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";

export class Shortcuts {
  #switch = document.getElementById("keys-on");
  #actions; #isHolding = false;

  /** `actions`: mute, hand, react, number(n), hold, letGo, help; isTrayOpen(). */
  constructor(actions) {
    this.#actions = actions;
    this.#switch.checked = readSwitch();
    this.#switch.addEventListener("change", () => writeSwitch(this.#switch.checked));
    document.addEventListener("keydown", (event) => this.#down(event));
    document.addEventListener("keyup", (event) => this.#up(event));
    addEventListener("blur", () => this.#letGo());
  }

  #down(event) {
    if (!this.#switch.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPING) || document.querySelector("dialog[open]")) return;
    if (event.key === " ") return this.#hold(event);
    const run = this.#actionFor(event);
    if (!run || event.repeat) return;
    event.preventDefault();
    run();
  }

  #actionFor(event) {
    const { mute, hand, react, number, help, isTrayOpen } = this.#actions;
    if (/^[1-9]$/.test(event.key)) return isTrayOpen() ? () => number(Number(event.key)) : null;
    return { m: mute, h: hand, r: react, "?": help }[event.key.toLowerCase()] ?? null;
  }

  #hold(event) {
    if (event.target.closest?.(CONTROL)) return; // there the space bar presses the control
    event.preventDefault();
    if (event.repeat || this.#isHolding) return;
    this.#isHolding = this.#actions.hold();
  }

  #up(event) {
    if (event.key === " ") this.#letGo();
  }

  #letGo() {
    if (!this.#isHolding) return;
    this.#isHolding = false;
    this.#actions.letGo();
  }
}

function readSwitch() {
  try {
    return localStorage.getItem(KEY) !== "off";
  } catch {
    return true;
  }
}

function writeSwitch(isOn) {
  try {
    localStorage.setItem(KEY, isOn ? "on" : "off");
  } catch {
    // Private windows may forbid it; then it holds for this page.
  }
}
