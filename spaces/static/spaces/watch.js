/* What a microphone's level says: pure, stepped by hand in the tests. */

const FLOOR_DB = -60; // quieter is drawn as nothing
const CEILING_DB = -12; // speech close to a microphone
const SILENCE_DB = -80; // a working microphone is louder, even with noise suppression in a still room
const TALKING_DB = -38;

const SILENT_AFTER_MS = 5000;
const TALKING_AFTER_MS = 700; // of talk within the last 1.5 s; a cough is shorter
const TALK_WINDOW_MS = 1500;
const SHOWN_FOR_MS = 4000;
const NOT_AGAIN_FOR_MS = 20000;

/** Loudness of samples in -1..1, in decibels below full scale; -Infinity for nothing. */
export function decibels(samples) {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / (samples.length || 1);
  return 10 * Math.log10(power);
}

/** The same as 0 to 1, for meters. */
export function levelOf(db) {
  return Math.min(1, Math.max(0, (db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/** Notices a microphone that gives nothing for 5 s while unmuted, and talk while muted. */
export class Watch {
  #quietSince = null; #talk = 0; #last = null; #shownAt = null;

  /** One look at the loudness `db` at `now` (ms). Answers "silent", "muted_talking" or null. */
  see({ db, isMuted, now }) {
    const passed = this.#last === null ? 0 : Math.min(500, now - this.#last);
    this.#last = now;
    if (isMuted) {
      this.#quietSince = null;
      return this.#talkWhileMuted(db, passed, now);
    }
    this.#talk = 0;
    this.#shownAt = null;
    return this.#silence(db, now);
  }

  #silence(db, now) {
    if (db > SILENCE_DB) this.#quietSince = null;
    else this.#quietSince ??= now;
    return this.#quietSince !== null && now - this.#quietSince >= SILENT_AFTER_MS ? "silent" : null;
  }

  #talkWhileMuted(db, passed, now) {
    const decay = passed * (TALKING_AFTER_MS / TALK_WINDOW_MS);
    this.#talk = Math.max(0, this.#talk + (db >= TALKING_DB ? passed : -decay));
    if (this.#shownAt !== null && now - this.#shownAt < SHOWN_FOR_MS) return "muted_talking";
    const mayShow = this.#shownAt === null || now - this.#shownAt >= NOT_AGAIN_FOR_MS;
    if (this.#talk < TALKING_AFTER_MS || !mayShow) return null;
    this.#shownAt = now;
    this.#talk = 0;
    return "muted_talking";
  }
}
