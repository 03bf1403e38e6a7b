import assert from "node:assert/strict";
import { test } from "node:test";

import { HOLD_MS, Sequence } from "../../spaces/static/spaces/sequence.js";
import { backOff } from "../../spaces/static/spaces/socket.js";

/** A clock moved by hand. */
class Timers {
  now = 0; #due = new Map(); #next = 1;
  setTimeout(call, ms) { this.#due.set(this.#next, [this.now + ms, call]); return this.#next++; }
  clearTimeout(id) { this.#due.delete(id); }
  pass(ms) {
    this.now += ms;
    for (const [id, [at, call]] of this.#due) if (at <= this.now) { this.#due.delete(id); call(); }
  }
}

function watched() {
  const timers = new Timers();
  const got = [];
  let asked = 0;
  const sequence = new Sequence({ deliver: (frame) => got.push(frame.seq ?? frame.t), askSnapshot: () => { asked += 1; }, timers });
  return { sequence, timers, got, asked: () => asked };
}
const events = (seq) => ({ t: "events", seq, events: [] });
const snapshot = (seq) => ({ t: "snapshot", seq });

test("frames in order pass at once", () => {
  const { sequence, got } = watched();
  [snapshot(4), events(5), { t: "pulse" }, events(6)].forEach((frame) => sequence.take(frame));
  assert.deepEqual(got, [4, 5, "pulse", 6]);
});

test("an early frame waits for the missing one", () => {
  const { sequence, timers, got, asked } = watched();
  [snapshot(4), events(6), events(7), events(5)].forEach((frame) => sequence.take(frame));
  timers.pass(HOLD_MS * 2);
  assert.deepEqual(got, [4, 5, 6, 7]);
  assert.equal(asked(), 0);
});

test("what is still missing after 500 ms is asked for as a snapshot", () => {
  const { sequence, timers, got, asked } = watched();
  [snapshot(4), events(6)].forEach((frame) => sequence.take(frame));
  timers.pass(HOLD_MS - 1);
  assert.equal(asked(), 0);
  timers.pass(1);
  assert.equal(asked(), 1);
  sequence.take(snapshot(6));
  sequence.take(events(7));
  assert.deepEqual(got, [4, 6, 7]);
});

test("old and repeated frames are dropped", () => {
  const { sequence, got } = watched();
  [snapshot(4), events(4), events(5), events(5), snapshot(3)].forEach((frame) => sequence.take(frame));
  assert.deepEqual(got, [4, 5]);
});

test("after a lost line nothing held is mixed with the next snapshot", () => {
  const { sequence, got } = watched();
  [snapshot(4), events(9)].forEach((frame) => sequence.take(frame));
  sequence.clear();
  sequence.take(snapshot(7));
  sequence.take(events(8));
  assert.deepEqual(got, [4, 7, 8]);
});

test("waiting doubles, is jittered, and has an end", () => {
  assert.equal(backOff(0, () => 1), 300);
  assert.equal(backOff(0, () => 0), 150);
  assert.equal(backOff(2, () => 1), 1200);
  assert.equal(backOff(30, () => 1), 8000);
});
