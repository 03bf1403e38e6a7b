/* Speaking: whatever was done while the browser asked about the microphone wins. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Microphone } from "../../spaces/static/spaces/microphone.js";
import { Voice } from "../../spaces/static/spaces/voice.js";

const ON_STAGE = { me: { person: "ana", role: "speaker" }, stage: [{ person: "ana", muted: true }], hands: [] };
const BELOW = { me: { person: "ana", role: "listener" }, stage: [], hands: [] };

/* The outer wall: a browser that gives the microphone when the person has answered. */
class Browser {
  tracks = [];
  asked = [];

  constructor() {
    globalThis.isSecureContext = true;
    globalThis.AudioContext = class {
      state = "running";
      resume() { return Promise.resolve(); }
      createAnalyser() { return { fftSize: 0, getFloatTimeDomainData() {} }; }
      createMediaStreamSource() { return { connect() {} }; }
    };
    globalThis.MediaStream = class {};
    const mediaDevices = { getUserMedia: (wish) => new Promise((give) => this.asked.push({ wish, give })) };
    Object.defineProperty(globalThis, "navigator", { value: { mediaDevices }, configurable: true });
  }

  async answer(index = this.asked.length - 1) {
    const track = { live: true, enabled: true, muted: false, stop() { this.live = false; }, clone: () => this.#track() };
    this.tracks.push(track);
    this.asked[index].give({ getAudioTracks: () => [track] });
    await new Promise((done) => setTimeout(done, 0));
  }

  #track() {
    const track = { live: true, enabled: true, stop() { this.live = false; } };
    this.tracks.push(track);
    return track;
  }

  get live() {
    return this.tracks.filter((track) => track.live).length;
  }
}

function speaker() {
  const browser = new Browser();
  const said = [];
  const sent = [];
  const microphone = new Microphone();
  const voice = new Voice({
    microphone, sound: { speakWith: async (track) => sent.push(track) }, ask: async (op) => { said.push(op); return true; },
  });
  voice.render(ON_STAGE);
  return { browser, microphone, voice, said, sent };
}

test("unmuting opens the microphone, sends it and says so", async () => {
  const { browser, voice, said, sent, microphone } = speaker();
  voice.unmute();
  await browser.answer();
  assert.deepEqual(said, ["unmute"]);
  assert.equal(sent.at(-1), microphone.track);
  microphone.close();
});

test("who lets go before the browser has its answer stays muted", async () => {
  const { browser, voice, said, microphone } = speaker();
  voice.hold();
  voice.letGo();
  await browser.answer();
  assert.deepEqual(said, ["mute"]);
  microphone.close();
});

test("a second press while the browser asks takes the first back", async () => {
  const { browser, voice, said, microphone } = speaker();
  voice.toggle();
  voice.toggle();
  await browser.answer();
  assert.deepEqual(said, ["mute"]);
  microphone.close();
});

test("who is moved down while the browser asks is sent nowhere and the microphone is let go", async () => {
  const { browser, voice, said, microphone } = speaker();
  voice.unmute();
  voice.render(BELOW);
  await browser.answer();
  assert.deepEqual(said, []);
  assert.equal(microphone.isOpen, false);
  assert.equal(browser.live, 0);
});

test("a test that is closed while the browser asks leaves no microphone on", async () => {
  const { browser, microphone } = speaker();
  const opened = microphone.open();
  microphone.close();
  await browser.answer();
  assert.equal(await opened, false);
  assert.equal(browser.live, 0);
});

test("the microphone chosen last is the one that is open", async () => {
  const { browser, microphone } = speaker();
  microphone.open();
  const second = microphone.open("headset");
  await browser.answer(1);
  await browser.answer(0);
  assert.equal(await second, true);
  assert.equal(microphone.deviceId, "headset");
  assert.equal(browser.live, 2, "the one that is watched and the one that is sent");
  microphone.close();
  assert.equal(browser.live, 0);
});
