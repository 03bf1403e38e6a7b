/* Which notice belongs to the sound's state and to the microphone's problem. */

import { announce } from "./announce.js";
import { SOUND } from "./audio.js";
import { notice, noticeText } from "./notices.js";
import { sentence } from "./sentences.js";

const OF_STATE = { [SOUND.BLOCKED]: "blocked", [SOUND.DOWN]: "relay-down", [SOUND.AGAIN]: "sound-again" };
const OF_REFUSAL = { busy: "sound-full", no_relay: "relay-down", no_space: "relay-down" };

const CUT_OFF = new Set(["blocked", "relay-down", "sound-again"]);

/** The name of the sound's notice, or null while all is well. */
export function soundTrouble({ state, needsTap, refusedCode }) {
  return OF_REFUSAL[refusedCode] ?? OF_STATE[state] ?? (needsTap ? "tap" : null);
}

let wasCutOff = false;

export function showSound(sound) {
  const trouble = soundTrouble(sound);
  say("sound", trouble);
  if (wasCutOff && sound.state === SOUND.PLAYING) announce(sentence("sound.back"));
  wasCutOff = sound.state === SOUND.PLAYING ? false : wasCutOff || CUT_OFF.has(trouble);
}

/** The dialog of the microphone shows its problems itself, so the strip is silent while it is open. */
export function showMicrophone(microphone, { isDialogOpen }) {
  const isShown = microphone.problem !== null && !isDialogOpen;
  if (isShown) notice("hello", null);
  say("mic", isShown ? `mic-${microphone.problem}` : null);
}

function say(subject, name) {
  if (notice(subject, name)) announce(noticeText(name));
}
