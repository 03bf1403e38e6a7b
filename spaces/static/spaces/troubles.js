/* Which notice belongs to the sound's state and to the microphone's problem. */

import { announce } from "./announce.js";
import { SOUND } from "./audio.js";
import { notice, noticeText } from "./notices.js";

const OF_STATE = { [SOUND.BLOCKED]: "blocked", [SOUND.DOWN]: "relay-down", [SOUND.AGAIN]: "sound-again" };
const OF_REFUSAL = { busy: "sound-full", no_relay: "relay-down", no_space: "relay-down" };

/** The name of the sound's notice, or null while all is well. */
export function soundTrouble({ state, needsTap, refusedCode }) {
  return OF_REFUSAL[refusedCode] ?? OF_STATE[state] ?? (needsTap ? "tap" : null);
}

export function showSound(sound) {
  say("sound", soundTrouble(sound));
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
