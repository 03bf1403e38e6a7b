import assert from "node:assert/strict";
import { test } from "node:test";

import { SOUND } from "../../spaces/static/spaces/audio.js";
import { elapsed } from "../../spaces/static/spaces/clock.js";
import { soundTrouble } from "../../spaces/static/spaces/troubles.js";

const sound = (more) => ({ state: SOUND.PLAYING, needsTap: false, refusedCode: null, ...more });

test("a sound that plays has no notice", () => {
  assert.equal(soundTrouble(sound()), null);
  assert.equal(soundTrouble(sound({ state: SOUND.CONNECTING })), null);
});

test("each trouble of the sound has its notice", () => {
  assert.equal(soundTrouble(sound({ state: SOUND.BLOCKED })), "blocked");
  assert.equal(soundTrouble(sound({ state: SOUND.DOWN })), "relay-down");
  assert.equal(soundTrouble(sound({ state: SOUND.AGAIN })), "sound-again");
  assert.equal(soundTrouble(sound({ needsTap: true })), "tap");
});

test("a full relay says so, whatever the state", () => {
  assert.equal(soundTrouble(sound({ state: SOUND.BLOCKED, refusedCode: "busy" })), "sound-full");
});

test("a lost sound is said before a tap is asked for", () => {
  assert.equal(soundTrouble(sound({ state: SOUND.AGAIN, needsTap: true })), "sound-again");
});

test("the time live is written in minutes, then in hours", () => {
  assert.equal(elapsed(-50), "00:00");
  assert.equal(elapsed(754000), "12:34");
  assert.equal(elapsed(3600000 + 62000), "1:01:02");
});
