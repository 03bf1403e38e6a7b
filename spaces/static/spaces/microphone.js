/* The microphone: opening it, what may go wrong with it, and how loud it is.

   Two tracks: one is watched for its level also while muted ("you are muted but talking"), its
   clone is what is sent, switched off while muted. Problems are codes; the page has a sentence
   and a way on for each. */

import { Watch, decibels, levelOf } from "./watch.js";

const LOOK_EVERY_MS = 100;
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

/** Which problem an error of getUserMedia is. */
export function problemOf(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
    case "PermissionDeniedError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
    case "DevicesNotFoundError":
      return "none";
    case "NotReadableError":
    case "AbortError":
    case "TrackStartError":
      return "in_use";
    default:
      return "failed";
  }
}

export class Microphone extends EventTarget {
  #watched = null; #sent = null; #context = null; #meter = null; #timer = null; #watch = new Watch();
  #isMuted = true; #opening = null; #openingId = ""; #turn = 0; #deviceId = "";
  level = 0;
  problem = null;

  get isOpen() {
    return this.#watched !== null;
  }

  /** The track to send, or null. */
  get track() {
    return this.#sent;
  }

  get deviceId() {
    return this.#deviceId;
  }

  /** Whether this page can have a microphone at all: browsers give it to https and localhost only. */
  get isPossible() {
    return Boolean(globalThis.isSecureContext && navigator.mediaDevices?.getUserMedia);
  }

  /** Open it, or another one. Resolves to whether it is open; `problem` says why not. */
  open(deviceId = this.#opening ? this.#openingId : this.#deviceId) {
    if (!this.#opening && this.isOpen && deviceId === this.#deviceId) return Promise.resolve(true);
    if (this.#opening && deviceId === this.#openingId) return this.#opening;
    this.#openingId = deviceId;
    const turn = (this.#turn += 1); // an opening of another one, still under way, is given up
    const opening = this.#open(deviceId, turn).finally(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    this.#opening = opening;
    return opening;
  }

  /** Let it go: the browser's recording sign goes out, also when it is only just being opened. */
  close() {
    this.#turn += 1;
    this.#opening = null;
    if (this.isOpen) this.#release();
  }

  #release() {
    clearInterval(this.#timer);
    this.#timer = null;
    for (const track of [this.#watched, this.#sent]) {
      if (track) track.onended = track.onmute = track.onunmute = null;
      track?.stop();
    }
    this.#watched = this.#sent = this.#meter = null;
    this.#setLevel(0);
  }

  /** Muted means: the sent track carries silence, at once. */
  set isMuted(muted) {
    this.#isMuted = muted;
    if (this.#sent) this.#sent.enabled = !muted;
  }

  get isMuted() {
    return this.#isMuted;
  }

  forgetProblem() {
    this.#say(null);
  }

  /** The microphones there are; names only after permission. */
  async inputs() {
    return this.#devices("audioinput");
  }

  async outputs() {
    return this.#devices("audiooutput");
  }

  async #devices(kind) {
    if (!this.isPossible) return [];
    const all = await navigator.mediaDevices.enumerateDevices();
    return all.filter((device) => device.kind === kind && device.deviceId);
  }

  async #open(deviceId, turn) {
    if (!this.isPossible) return this.#fail("insecure");
    try {
      const chosen = deviceId ? { deviceId: { exact: deviceId } } : {};
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...VOICE, ...chosen } });
      const [track] = stream.getAudioTracks();
      if (turn !== this.#turn) {
        track.stop(); // nobody waits for it any more
        return false;
      }
      this.#release();
      this.#use(track, deviceId);
      return true;
    } catch (error) {
      return turn === this.#turn && this.#fail(problemOf(error));
    }
  }

  #use(track, deviceId) {
    this.#deviceId = deviceId;
    this.#watched = track;
    this.#sent = track.clone();
    this.#sent.enabled = !this.#isMuted;
    track.onended = () => this.#lost();
    track.onmute = () => this.#say("system_muted");
    track.onunmute = () => this.#say(null);
    this.#listen(track);
    this.#say(track.muted ? "system_muted" : null);
    this.dispatchEvent(new Event("track"));
  }

  #lost() {
    this.close();
    this.#deviceId = "";
    this.dispatchEvent(new Event("track"));
    this.#say("unplugged");
  }

  #fail(problem) {
    this.#say(problem);
    return false;
  }

  #say(problem) {
    if (problem === this.problem) return;
    this.problem = problem;
    this.dispatchEvent(new Event("problem"));
  }

  #listen(track) {
    this.#context ??= new AudioContext();
    this.#context.resume().catch(() => {});
    this.#meter = this.#context.createAnalyser();
    this.#meter.fftSize = 2048; // 43 ms at 48 kHz
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#meter);
    this.#watch = new Watch();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #look() {
    if (!this.#meter || this.#context.state !== "running") return;
    const samples = new Float32Array(this.#meter.fftSize);
    this.#meter.getFloatTimeDomainData(samples);
    const db = decibels(samples);
    this.#setLevel(levelOf(db));
    if (this.#watched.muted) return; // by the system: that is said already
    const seen = this.#watch.see({ db, isMuted: this.#isMuted, now: performance.now() });
    if (seen !== this.problem && (seen || WATCHED.has(this.problem))) this.#say(seen);
  }

  #setLevel(level) {
    this.level = level;
    this.dispatchEvent(new Event("level"));
  }
}

const WATCHED = new Set(["silent", "muted_talking"]); // problems that go by themselves
