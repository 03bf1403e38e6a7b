/* Which events are said, to whom, in which words. Speaking is never announced. */

import { sentence } from "./sentences.js";
import { isHosting } from "./store.js";

const MINE = {
  stage_joined: () => "you.on_stage",
  stage_left: ({ why }) => ({ stepped_down: "you.stepped_down", moved_down: "you.moved_down" })[why],
  role_changed: ({ role }) => (role === "host" ? "you.host" : null),
  muted: ({ by }) => (by === "host" ? "you.muted_by_host" : "you.muted"),
  unmuted: () => "you.unmuted",
  hand_raised: () => "you.raised",
  hand_lowered: ({ why }) => ({ lowered: "you.lowered", denied: "you.denied" })[why],
};

/* What needs eyes as well as ears: shown as a toast. */
const SHOWN = new Set(["you.moved_down", "you.host", "you.muted_by_host", "you.denied"]);

/** What to say of `event`: { text, isShown }, or null. `state` is from before it; `nameOf(person)`. */
export function told(event, state, nameOf) {
  if (event.type === "ended") return { text: sentence("ended"), isShown: true };
  const person = event.person ?? event.member?.person;
  if (person === state.me.person) return mine(event);
  return others(event, state, nameOf);
}

function mine(event) {
  const key = MINE[event.type]?.(event);
  return key ? { text: sentence(key), isShown: SHOWN.has(key) } : null;
}

function others(event, state, nameOf) {
  const name = event.member?.name ?? event.card?.name ?? nameOf(event.person);
  switch (event.type) {
    case "stage_joined":
      return { text: sentence("stage.joined", { name }) };
    case "stage_left":
      return name && { text: sentence("stage.left", { name }) };
    case "role_changed":
      return event.role === "host" && name ? { text: sentence("stage.host", { name }) } : null;
    case "hand_raised":
      if (!isHosting(state)) return null;
      return { text: name ? sentence("hand.raised", { name }) : sentence("hand.somebody") };
    default:
      return null;
  }
}
