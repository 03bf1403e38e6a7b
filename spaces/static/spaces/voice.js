/* Speaking: the microphone, the connection and the server's word joined together. What is sent is
   muted here at once; the server's state decides when it may sound again. */

import { isMuted, isOnStage } from "./store.js";

export class Voice extends EventTarget {
  #microphone; #sound; #ask; #state = null; #isMuting = false; #turn = 0; #isOpening = false;

  /** `ask(op)` resolves to whether the server did it. */
  constructor({ microphone, sound, ask }) {
    super();
    this.#microphone = microphone;
    this.#sound = sound;
    this.#ask = ask;
    microphone.addEventListener("track", () => this.#follow());
  }

  /** Whether nobody hears us, as far as this page decides. */
  get isMuted() {
    return this.#state === null || !isOnStage(this.#state) || isMuted(this.#state) || this.#isMuting;
  }

  render(state) {
    this.#state = state;
    if (isMuted(state)) this.#isMuting = false;
    this.#microphone.isMuted = this.isMuted;
    if (!isOnStage(state) && !this.isTesting) this.#microphone.close();
    if (!isOnStage(state)) this.#sound.speakWith(null);
  }

  /** Set while the microphone's dialog is open: a listener may test it without being sent. */
  isTesting = false;

  toggle() {
    return this.isMuted && !this.#isOpening ? this.unmute() : this.mute();
  }

  /** Opening may take as long as a question to the person: whatever was done meanwhile wins. */
  async unmute() {
    if (!this.#state || !isOnStage(this.#state)) return;
    const turn = (this.#turn += 1);
    this.#isOpening = true;
    const isOpen = await this.#microphone.open();
    if (turn !== this.#turn) return;
    this.#isOpening = false;
    if (!isOpen || !isOnStage(this.#state)) return;
    await this.#sound.speakWith(this.#microphone.track);
    if (turn !== this.#turn) return;
    this.#isMuting = false;
    await this.#ask("unmute");
  }

  async mute() {
    this.#turn += 1;
    this.#isOpening = false;
    this.#isMuting = true;
    this.#microphone.isMuted = true;
    this.dispatchEvent(new Event("change"));
    await this.#ask("mute");
  }

  /** Hold to talk: open while held, muted again when let go, also when it comes too late. */
  hold() {
    return this.unmute();
  }

  letGo() {
    return this.mute();
  }

  async #follow() {
    if (!this.#state || !isOnStage(this.#state)) return;
    await this.#sound.speakWith(this.#microphone.track);
    if (!this.#microphone.isOpen && !this.isMuted) await this.mute(); // unplugged while speaking
    this.dispatchEvent(new Event("change"));
  }
}
