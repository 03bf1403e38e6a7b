/* Frames in order. The network and the bus may lose or swap frames: one that comes early is held
   for the missing one, at most 500 ms, then a snapshot is asked for. Frames without a number pass. */

export const HOLD_MS = 500;

export class Sequence {
  #deliver; #askSnapshot; #timers; #timer = null;
  #seq = null; #held = new Map();

  /** `deliver(frame)` gets every frame once, in order; `askSnapshot()` is called after a gap. */
  constructor({ deliver, askSnapshot, timers = globalThis }) {
    this.#deliver = deliver;
    this.#askSnapshot = askSnapshot;
    this.#timers = timers;
  }

  take(frame) {
    if (frame.t === "snapshot") this.#restart(frame);
    else if (frame.t === "events") this.#inOrder(frame);
    else this.#deliver(frame);
  }

  /** Forget what is held: the line is gone, and a snapshot comes with the next one. */
  clear() {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
    this.#held.clear();
    this.#seq = null;
  }

  #restart(frame) {
    if (this.#seq !== null && frame.seq < this.#seq) return; // older than what we know
    this.#seq = frame.seq;
    this.#deliver(frame);
    this.#flush();
  }

  #inOrder(frame) {
    if (this.#seq === null || frame.seq > this.#seq + 1) {
      this.#held.set(frame.seq, frame);
      this.#timer ??= this.#timers.setTimeout(() => this.#giveUp(), HOLD_MS);
    } else if (frame.seq === this.#seq + 1) {
      this.#pass(frame);
      this.#flush();
    }
  }

  #pass(frame) {
    this.#seq = frame.seq;
    this.#deliver(frame);
  }

  #flush() {
    for (const seq of this.#held.keys()) if (seq <= this.#seq) this.#held.delete(seq);
    while (this.#held.has(this.#seq + 1)) {
      const next = this.#held.get(this.#seq + 1);
      this.#held.delete(next.seq);
      this.#pass(next);
    }
    if (this.#held.size === 0) {
      this.#timers.clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  #giveUp() {
    this.#timer = null;
    if (this.#held.size > 0) this.#askSnapshot();
  }
}
