import assert from "node:assert/strict";
import { test } from "node:test";

import { nextStep } from "../../spaces/static/spaces/audio.js";
import { problemOf } from "../../spaces/static/spaces/microphone.js";
import { Watch, decibels, levelOf } from "../../spaces/static/spaces/watch.js";

/** What the watch says at the end of `ms` at one level, looked at ten times a second. */
function seen(watch, from, ms, facts) {
  let said = null;
  for (let now = from; now <= from + ms; now += 100) said = watch.see({ now, ...facts }) ?? said;
  return said;
}

test("the meter goes from nothing to full", () => {
  const level = (loudness) => levelOf(decibels(new Float32Array(64).fill(loudness)));
  assert.equal(level(0), 0);
  assert.equal(level(0.5), 1);
  assert.ok(level(0.01) > 0.3 && level(0.01) < 0.5);
});

test("five silent seconds while unmuted are noticed, four are not", () => {
  assert.equal(seen(new Watch(), 0, 4900, { db: -Infinity, isMuted: false }), null);
  assert.equal(seen(new Watch(), 0, 5000, { db: -Infinity, isMuted: false }), "silent");
});

test("a sound in between starts the five seconds anew", () => {
  const watch = new Watch();
  seen(watch, 0, 4000, { db: -Infinity, isMuted: false });
  watch.see({ now: 4100, db: -45, isMuted: false });
  assert.equal(seen(watch, 4200, 4000, { db: -Infinity, isMuted: false }), null);
});

test("a still room is no dead microphone", () => {
  assert.equal(seen(new Watch(), 0, 20000, { db: -74, isMuted: false }), null);
});

test("silence while muted is no problem", () => {
  assert.equal(seen(new Watch(), 0, 20000, { db: -Infinity, isMuted: true }), null);
});

test("talk while muted is noticed, a cough is not", () => {
  assert.equal(seen(new Watch(), 0, 300, { db: -20, isMuted: true }), null);
  assert.equal(seen(new Watch(), 0, 1200, { db: -20, isMuted: true }), "muted_talking");
});

test("talk while muted is said once, not all the time", () => {
  const watch = new Watch();
  seen(watch, 0, 6000, { db: -20, isMuted: true });
  assert.equal(seen(watch, 6100, 8000, { db: -20, isMuted: true }), null);
});

test("every error of the browser is one of our problems", () => {
  const problems = ["NotAllowedError", "NotFoundError", "NotReadableError", "OverconstrainedError", "TypeError"]
    .map((name) => problemOf({ name }));
  assert.deepEqual(problems, ["denied", "none", "in_use", "none", "failed"]);
});

const facts = { now: 10000, askedAt: 9900, offered: true, packetAt: 0, failed: false };

test("a sound with packets is left alone, one without for 1.5 s is connected again", () => {
  assert.equal(nextStep({ ...facts, packetAt: 9000 }), "wait");
  assert.equal(nextStep({ ...facts, packetAt: 8500 }), "connect");
});

test("an offer that does not come is asked for again after 3 s", () => {
  assert.equal(nextStep({ ...facts, offered: false, askedAt: 7500 }), "wait");
  assert.equal(nextStep({ ...facts, offered: false, askedAt: 7000 }), "again");
});

test("an attempt without a packet in 4 s is given up, a failed one at once", () => {
  assert.equal(nextStep({ ...facts, askedAt: 6500 }), "wait");
  assert.equal(nextStep({ ...facts, askedAt: 6000 }), "connect");
  assert.equal(nextStep({ ...facts, failed: true }), "connect");
});
