/* The sound: one connection and one <audio> of this module, outside the page's elements, so that
   nothing that is drawn anew can interrupt it.

   The server offers, we answer without waiting for candidates (the relay needs none). A second
   connection is made when the relay announces a new epoch, or when no packet came for 1.5 s:
   never by waiting for ICE, which notices a dead relay after half a minute. */

const LOOK_EVERY_MS = 250;
const SILENT_MS = 1500; // no packet for so long: connect again
const BLOCKED_MS = 5000; // never a packet for so long: the network blocks the sound
const OFFER_WITHIN_MS = 3000; // then the same attempt is asked for again
const CONNECT_WITHIN_MS = 4000; // then a new attempt
const REFUSED_WAIT_MS = 2000;

/* An attempt's name is never used again, not even after a reload of the same tab. */
const THIS_LOAD = Date.now().toString(36);

/** What the page shows of the sound. */
export const SOUND = Object.freeze({
  IDLE: "idle", CONNECTING: "connecting", PLAYING: "playing", AGAIN: "again", BLOCKED: "blocked", DOWN: "down",
});

/** What to do next, from the facts alone: "wait", "again" (the same attempt), "connect" (a new one). */
export function nextStep({ now, askedAt, offered, packetAt, failed }) {
  if (failed) return "connect";
  if (packetAt > 0) return now - packetAt >= SILENT_MS ? "connect" : "wait";
  if (!offered) return now - askedAt >= OFFER_WITHIN_MS ? "again" : "wait";
  return now - askedAt >= CONNECT_WITHIN_MS ? "connect" : "wait";
}

class Sound extends EventTarget {
  #send = null; #element = null; #peer = null; #sender = null; #track = null;
  #attempt = ""; #tries = 0; #askedAt = 0; #offered = false; #packetAt = 0; #packets = 0; #failed = false;
  #timer = null; #wantedAt = 0; #everHeard = false; #epoch = null; #volume = 1; #isSilenced = false; #notBefore = 0;
  state = SOUND.IDLE;
  needsTap = false;
  refusedCode = null;

  /** `send(op, fields)` passes an operation to the socket; its refusals are ours. */
  use(send) {
    this.#send = send;
  }

  /** Call inside a click: browsers let an element play later that was played in one. */
  arm() {
    this.#element ??= new Audio();
    this.#element.autoplay = true;
    this.#applyVolume();
    if (!this.#element.srcObject) this.#element.srcObject = new MediaStream();
    this.#element.play().catch(() => {});
  }

  /** Hear the Space. `epoch` is the relay's, null while it is down. */
  start(epoch) {
    if (!this.#element) this.arm();
    this.#wantedAt ||= Date.now();
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.relayIs(epoch);
  }

  /** A relay announced itself, or is gone. */
  relayIs(epoch) {
    if (!this.#wantedAt) return;
    if (epoch === null) return this.#becomeDown();
    if (epoch === this.#epoch && this.#peer) return;
    this.#epoch = epoch;
    this.#connect();
  }

  /** Hang up for good, until `start()`. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#wantedAt = 0;
    this.#everHeard = false;
    this.#hangUp();
    if (this.#element) this.#element.srcObject = null;
    this.#become(SOUND.IDLE);
  }

  /** Speak with this track, or with nothing (null). No renegotiation: what is heard goes on. */
  async speakWith(track) {
    this.#track = track;
    await this.#sender?.replaceTrack(track);
  }

  /** Frames of the socket that concern the sound. */
  async take(frame) {
    if (frame.t === "relay") this.relayIs(frame.epoch);
    else if (frame.attempt !== this.#attempt) return;
    else if (frame.t === "audio_offer") await this.#answer(frame).catch(() => this.#couldNotAnswer(frame.attempt));
    else if (frame.t === "audio_refused") this.#refused(frame.attempt, frame.code);
    else if (frame.t === "audio_state" && frame.state === "closed") this.#failed = true;
  }

  /** Play after a refusal of the browser; call inside a click. */
  async tap() {
    await this.#play();
  }

  /** 0 to 100. */
  set volume(percent) {
    this.#volume = Math.min(100, Math.max(0, percent)) / 100;
    this.#applyVolume();
  }

  set isSilenced(silenced) {
    this.#isSilenced = silenced;
    this.#applyVolume();
  }

  get mayChooseOutput() {
    return "setSinkId" in HTMLMediaElement.prototype;
  }

  async chooseOutput(deviceId) {
    await this.#element?.setSinkId?.(deviceId);
  }

  #applyVolume() {
    if (!this.#element) return;
    this.#element.volume = this.#volume;
    this.#element.muted = this.#isSilenced || this.#volume === 0; // iOS ignores volume, not muted
  }

  #connect() {
    this.#hangUp();
    this.#attempt = `${THIS_LOAD}-${(this.#tries += 1)}`;
    this.#offered = this.#failed = false;
    this.#packetAt = this.#packets = 0;
    this.refusedCode = null;
    this.#become(this.#everHeard ? SOUND.AGAIN : this.state === SOUND.BLOCKED ? SOUND.BLOCKED : SOUND.CONNECTING);
    this.#peer = new RTCPeerConnection({ iceServers: [] });
    this.#peer.ontrack = ({ track }) => this.#hear(track);
    this.#peer.onconnectionstatechange = ({ target }) => {
      if (target === this.#peer && target.connectionState === "failed") this.#failed = true;
    };
    this.#ask();
  }

  #ask() {
    const attempt = this.#attempt;
    this.#askedAt = Date.now();
    this.#send("audio_connect", { attempt }).catch(({ code }) => this.#refused(attempt, code));
  }

  #refused(attempt, code) {
    if (attempt !== this.#attempt) return; // of an attempt that is over
    this.refusedCode = code;
    this.#failed = true;
    this.#notBefore = Date.now() + REFUSED_WAIT_MS;
    this.dispatchEvent(new Event("change"));
  }

  async #answer({ attempt, sdp }) {
    const peer = this.#peer;
    if (!this.#offered) {
      this.#offered = true;
      await peer.setRemoteDescription({ type: "offer", sdp });
      const [way] = peer.getTransceivers();
      if (/^a=sendrecv\s*$/m.test(sdp)) way.direction = "sendrecv"; // without a track until we speak
      this.#sender = way.sender;
      if (this.#track) await way.sender.replaceTrack(this.#track);
      await peer.setLocalDescription(await peer.createAnswer());
    }
    if (peer !== this.#peer || !peer.localDescription) return;
    await this.#send("audio_answer", { attempt, sdp: peer.localDescription.sdp });
  }

  #couldNotAnswer(attempt) {
    if (attempt === this.#attempt) this.#failed = true;
  }

  #hear(track) {
    this.#element.srcObject = new MediaStream([track]);
    this.#play();
  }

  async #play() {
    try {
      await this.#element.play();
      this.#tapNeeded(false);
    } catch (error) {
      if (error.name === "NotAllowedError") this.#tapNeeded(true);
    }
  }

  #tapNeeded(needed) {
    if (this.needsTap === needed) return;
    this.needsTap = needed;
    this.dispatchEvent(new Event("change"));
  }

  async #look() {
    if (!this.#peer) return;
    await this.#count();
    const now = Date.now();
    if (!this.#everHeard && now - this.#wantedAt >= BLOCKED_MS && this.state !== SOUND.DOWN) this.#become(SOUND.BLOCKED);
    const step = nextStep({ now, askedAt: this.#askedAt, offered: this.#offered, packetAt: this.#packetAt, failed: this.#failed });
    if (step === "again") this.#ask();
    if (step === "connect" && now >= this.#notBefore) this.#reconnect(now);
  }

  #reconnect(now) {
    this.#notBefore = now + SILENT_MS; // not faster than one attempt each 1.5 s
    this.#connect();
  }

  async #count() {
    const peer = this.#peer;
    const packets = await packetsReceived(peer);
    if (peer !== this.#peer || packets <= this.#packets) return;
    this.#packets = packets;
    this.#packetAt = Date.now();
    this.#everHeard = true;
    this.#become(SOUND.PLAYING);
  }

  #becomeDown() {
    this.#hangUp();
    this.#epoch = null;
    this.#become(SOUND.DOWN);
  }

  #hangUp() {
    const peer = this.#peer;
    this.#peer = this.#sender = null;
    if (!peer) return;
    peer.ontrack = peer.onconnectionstatechange = null;
    peer.close();
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

async function packetsReceived(peer) {
  try {
    for (const stat of (await peer.getStats()).values()) {
      if (stat.type === "inbound-rtp") return stat.packetsReceived ?? 0;
    }
  } catch {
    // The connection was closed meanwhile.
  }
  return 0;
}

/** The one sound of this document. */
export const sound = new Sound();
