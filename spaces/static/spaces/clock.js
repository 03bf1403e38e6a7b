/* The server's time, and how long the Space is live. */

export class Clock {
  #ahead = 0; #startedMs = 0; #element = null;

  constructor(space) {
    this.set(space);
  }

  /** Take both times (Unix ms) from a snapshot. */
  set({ now_ms: nowMs, started_ms: startedMs }) {
    this.#ahead = nowMs - Date.now();
    this.#startedMs = startedMs;
  }

  /** The server's time now, Unix ms. */
  now() {
    return Date.now() + this.#ahead;
  }

  /** Keep `element` showing how long the Space is live. */
  showElapsed(element) {
    const draw = () => { element.textContent = elapsed(this.now() - this.#startedMs); };
    setInterval(draw, 1000);
    draw();
  }
}

/** 754000 ms as "12:34", hours only when there are any. */
export function elapsed(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const short = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  const hours = Math.floor(seconds / 3600);
  return hours ? `${hours}:${short}` : short;
}
