/* The microphone's dialog (choice, level, test) and the choice of where the sound comes out. */

import { noticeText } from "./notices.js";
import { sentence } from "./sentences.js";
import { isOnStage } from "./store.js";

const $ = (id) => document.getElementById(id);

export class Devices {
  #dialog = $("mic-dialog");
  #meter = $("mic-level");
  #microphone; #voice; #sound; #state = null;

  constructor({ microphone, voice, sound }) {
    this.#microphone = microphone;
    this.#voice = voice;
    this.#sound = sound;
    $("mic-form").addEventListener("submit", () => voice.unmute());
    $("mic-test").addEventListener("click", () => this.#test());
    $("mic-input").addEventListener("change", () => this.#choose($("mic-input").value));
    $("output").addEventListener("change", () => sound.chooseOutput($("output").value).catch(() => {}));
    $("open-mic").addEventListener("click", () => { $("settings").close(); this.open(); });
    this.#dialog.addEventListener("close", () => this.#closed());
    microphone.addEventListener("level", () => this.#drawLevel());
    microphone.addEventListener("problem", () => this.#drawProblem());
    microphone.addEventListener("track", () => this.list());
    navigator.mediaDevices?.addEventListener?.("devicechange", () => this.list());
    $("output-box").hidden = !sound.mayChooseOutput;
    this.list();
  }

  get isOpen() {
    return this.#dialog.open;
  }

  render(state) {
    this.#state = state;
    $("mic-test").hidden = isOnStage(state);
    $("mic-unmute").hidden = !this.#voice.isMuted || !isOnStage(state);
  }

  /** Show it. `isPromoted`: the viewer has just been given a place, and goes on from here. */
  open({ isPromoted = false } = {}) {
    for (const part of this.#dialog.querySelectorAll("[data-when]")) {
      part.hidden = (part.dataset.when === "promoted") !== isPromoted;
    }
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#voice.isTesting = true;
    this.#drawProblem();
    if (isOnStage(this.#state)) this.#microphone.open();
  }

  close() {
    if (this.#dialog.open) this.#dialog.close();
  }

  /** Fill both lists anew: devices come and go, and have names only after permission. */
  async list() {
    fill($("mic-input"), await this.#microphone.inputs(), "device", this.#microphone.deviceId);
    if (this.#sound.mayChooseOutput) fill($("output"), await this.#microphone.outputs(), "output", $("output").value);
  }

  #test() {
    this.#microphone.forgetProblem();
    return this.#microphone.open();
  }

  #choose(deviceId) {
    this.#microphone.forgetProblem();
    return this.#microphone.open(deviceId);
  }

  #closed() {
    this.#voice.isTesting = false;
    if (!isOnStage(this.#state)) this.#microphone.close();
    else if (hasLostFocus()) $("mic").focus(); // what had it before, the hand, is gone
  }

  #drawLevel() {
    if (!this.#dialog.open) return;
    this.#meter.style.setProperty("--level", this.#microphone.level.toFixed(2));
    this.#meter.setAttribute("aria-valuenow", String(Math.round(this.#microphone.level * 100)));
  }

  #drawProblem() {
    const { problem } = this.#microphone;
    const shown = problem && problem !== "muted_talking" ? noticeText(`mic-${problem}`) : "";
    $("mic-problem").querySelector("span").textContent = shown;
    $("mic-problem").hidden = shown === "";
  }
}

function fill(select, devices, kind, chosen) {
  const [first] = select.options;
  const options = devices
    .filter(({ deviceId }) => deviceId !== "default")
    .map(({ deviceId, label }, index) => new Option(label || sentence(kind, { n: index + 1 }), deviceId));
  select.replaceChildren(first, ...options);
  select.value = options.some((option) => option.value === chosen) ? chosen : "";
}

/** Nothing that can be seen has the focus. */
function hasLostFocus() {
  const active = document.activeElement;
  return active === null || active === document.body || active.getClientRects().length === 0;
}
