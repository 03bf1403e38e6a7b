/* Which events are said, to whom, in which words, and how much they matter. Speaking is never announced. */

import { sentence } from "./sentences.js";
import { heirs, isHosting } from "./store.js";

/** How much is announced; each hears what stands before it too. */
export const VERBOSITY = Object.freeze({ mine: 0, important: 1, all: 2 });

const MINE = {
  stage_joined: () => "you.on_stage",
  stage_left: ({ why }) => ({ stepped_down: "you.stepped_down", moved_down: "you.moved_down" })[why],
  role_changed: ({ role }) => ({ host: "you.host", cohost: "you.cohost", speaker: "you.speaker" })[role],
  muted: ({ by }) => (by === "host" ? "you.muted_by_host" : "you.muted"),
  unmuted: () => "you.unmuted",
  hand_raised: () => "you.raised",
  hand_lowered: ({ why }) => ({ lowered: "you.lowered", denied: "you.denied" })[why],
  invited: ({ role }) => ({ speaker: "you.invited.speaker", cohost: "you.invited.cohost" })[role],
  invitation_gone: ({ why }) => (why === "withdrawn" ? "you.invitation_withdrawn" : null),
  unmute_asked: () => "you.unmute_asked",
  host_changed: ({ acting }) => (acting ? "you.acting" : null),
};

/* What needs eyes as well as ears: shown as a toast. */
const SHOWN = new Set([
  "you.moved_down", "you.host", "you.muted_by_host", "you.denied", "you.cohost", "you.speaker", "you.invitation_withdrawn",
  "you.acting",
]);

/** What everybody is told, whoever it is about. */
const OF_THE_SPACE = {
  ended: () => "ended",
  permission: (event, { space }) => whatChanged(event, space),
  details: () => "details",
  succession: ({ persons }, state) => (isHosting(state) && isReordered(persons, state) ? "succession" : null),
  host_lost: () => "host.lost",
  host_back: (_event, { me }) => (me.role === "host" ? null : "host.back"),
  notice: ({ code }) => ({ too_long: "notice.too_long", no_host: "notice.no_host", goes_on: "notice.goes_on" })[code],
};

/** What to say of `event`: { text, isShown, matters }, or null. `state` is from before it; `nameOf(person)`. */
export function told(event, state, nameOf) {
  if (OF_THE_SPACE[event.type]) return ofTheSpace(event, state);
  const person = event.type === "unmute_asked" ? state.me.person : event.person ?? event.member?.person;
  if (person === state.me.person) return mine(event);
  return others(event, state, nameOf);
}

function ofTheSpace(event, state) {
  const key = OF_THE_SPACE[event.type](event, state);
  return key ? { text: sentence(key), isShown: event.type === "ended", matters: VERBOSITY.important } : null;
}

/** Not when a co-host came or went, which is said already. */
function isReordered(persons, state) {
  const before = heirs(state).map((one) => one.person);
  return before.length === persons.length && before.every((one) => persons.includes(one));
}

function whatChanged({ who_can_speak: who, requests_locked: isLocked }, space) {
  if (who !== space.who_can_speak) return `permission.${who}`;
  if (isLocked === space.requests_locked) return null;
  return isLocked ? "permission.locked" : "permission.unlocked";
}

function mine(event) {
  const key = MINE[event.type]?.(event);
  return key ? { text: sentence(key, { name: event.by?.name ?? "" }), isShown: SHOWN.has(key), matters: VERBOSITY.mine } : null;
}

function others(event, state, nameOf) {
  const name = event.member?.name ?? event.card?.name ?? event.name ?? nameOf(event.person);
  const said = ROLES[event.type]?.(event, state) ?? DETAILS[event.type]?.(event, state);
  if (said === "hand.raised" && !name) return { text: sentence("hand.somebody"), matters: VERBOSITY.important };
  if (!said || !name) return null;
  const matters = ROLES[event.type] ? VERBOSITY.important : VERBOSITY.all;
  return { text: sentence(said, { name }), isShown: SHOWN_OF_OTHERS.has(said), matters };
}

/* What hosts do to somebody who is not seen to change by it. */
const SHOWN_OF_OTHERS = new Set(["invited", "removed.undone"]);

/* Hands, roles and words from the hosts. */
const ROLES = {
  stage_joined: () => "stage.joined",
  stage_left: () => "stage.left",
  role_changed: ({ role }) => ({ host: "stage.host", cohost: "stage.cohost", speaker: "stage.speaker" })[role],
  hand_raised: ({ person }, state) => (isHosting(state) && !state.hands.some((one) => one.person === person) ? "hand.raised" : null),
  invited: ({ person }, state) => (isHosting(state) && !state.invited.some((one) => one.person === person) ? "invited" : null),
  removed: (event, state) => (isNewRemoval(event, state) ? "removed" : null),
  invitation_gone: ({ why }) => ({ declined: "invited.declined", withdrawn: "invited.withdrawn" })[why],
  removal_undone: () => "removed.undone",
  host_changed: ({ acting }) => (acting ? "host.acting" : null),
};

/** Whoever becomes a host is sent what was before; that is no news. */
export function isNewRemoval({ person }, state) {
  return isHosting(state) && !state.removed.some((one) => one.person === person);
}

/* For those who want to hear everything. */
const DETAILS = {
  muted: () => "stage.muted",
  unmuted: () => "stage.unmuted",
  presence: ({ present }) => (present ? "stage.here" : "stage.away"),
};
