/* What is shown while the host is away, and how long it still goes on. */

import { elapsed } from "./clock.js";
import { notice } from "./notices.js";
import { sentence } from "./sentences.js";
import { isActing, seatOf } from "./store.js";

/** The notices to show now: { host, end, untilMs }, each a notice's name or null. `now` in Unix ms. */
export function continuity({ space, me, stage }) {
  const { host, host_lost_until_ms: lostUntil, ends_at_ms: endsAt } = space;
  const isHosted = stage.some((seat) => (seat.role === "host" || seat.role === "cohost") && seat.present);
  return {
    host: hostNotice({ space, me, host, lostUntil }),
    end: endsAt ? (isHosted ? "longest" : "no-host") : null,
  };
}

function hostNotice({ space, me, host, lostUntil }) {
  if (lostUntil) return "host-lost";
  if (!host?.acting) return null;
  return isActing({ space, me }) ? "acting-me" : "acting";
}

export class Continuity {
  #now; #state = null;

  /** `now()` is the server's time, Unix ms. */
  constructor(now) {
    this.#now = now;
    setInterval(() => this.#count(), 1000);
  }

  render(state) {
    this.#state = state;
    const shown = continuity(state);
    notice("host", shown.host);
    notice("end", shown.end);
    const acting = seatOf(state, state.space.host?.person);
    document.querySelector('[data-notice="acting"] [data-name]').textContent = acting?.name ?? "";
    this.#count();
  }

  /** Seconds are for the eyes only: a live region that counts would never be silent. */
  #count() {
    if (!this.#state) return;
    const { host_lost_until_ms: lostUntil, ends_at_ms: endsAt } = this.#state.space;
    this.#write(["host-lost"], lostUntil);
    this.#write(["no-host", "longest"], endsAt);
  }

  #write(names, untilMs) {
    for (const name of names) {
      document.querySelector(`[data-notice="${name}"] [data-left]`).textContent = untilMs
        ? sentence("left", { time: elapsed(untilMs - this.#now()) }) : "";
    }
  }
}
