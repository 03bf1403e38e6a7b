/* What a microphone's level says: pure, stepped by hand in the tests. */

const FLOOR_DB = -60; // quieter is drawn as nothing
const CEILING_DB = -12; // speech close to a microphone
const SILENCE = 0.02; // a working microphone's own noise is above this
const TALKING = 0.45;

const SILENT_AFTER_MS = 5000;
const TALKING_AFTER_MS = 700; // of talk within the last 1.5 s; a cough is shorter
const TALK_WINDOW_MS = 1500;
const SHOWN_FOR_MS = 4000;
const NOT_AGAIN_FOR_MS = 20000;

/** Loudness of samples in -1..1 as 0 to 1 on a scale of decibels. */
export function levelOf(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / (samples.length || 1);
  if (power === 0) return 0;
  const db = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/** Notices a microphone that gives nothing for 5 s while unmuted, and talk while muted. */
export class Watch {
  #quietSince = null; #talk = 0; #last = null; #shownAt = null;

  /** One look at `level` (0-1) at `now` (ms). Answers "silent", "muted_talking" or null. */
  see({ level, isMuted, now }) {
    const passed = this.#last === null ? 0 : Math.min(500, now - this.#last);
    this.#last = now;
    if (isMuted) {
      this.#quietSince = null;
      return this.#talkWhileMuted(level, passed, now);
    }
    this.#talk = 0;
    this.#shownAt = null;
    return this.#silence(level, now);
  }

  #silence(level, now) {
    if (level > SILENCE) this.#quietSince = null;
    else this.#quietSince ??= now;
    return this.#quietSince !== null && now - this.#quietSince >= SILENT_AFTER_MS ? "silent" : null;
  }

  #talkWhileMuted(level, passed, now) {
    const decay = passed * (TALKING_AFTER_MS / TALK_WINDOW_MS);
    this.#talk = Math.max(0, this.#talk + (level >= TALKING ? passed : -decay));
    if (this.#shownAt !== null && now - this.#shownAt < SHOWN_FOR_MS) return "muted_talking";
    const mayShow = this.#shownAt === null || now - this.#shownAt >= NOT_AGAIN_FOR_MS;
    if (this.#talk < TALKING_AFTER_MS || !mayShow) return null;
    this.#shownAt = now;
    this.#talk = 0;
    return "muted_talking";
  }
}
