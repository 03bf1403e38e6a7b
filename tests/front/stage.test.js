/* Requests, invitations, co-hosts, who was removed, and a host who is away: what is known of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { continuity } from "../../spaces/static/spaces/continuity.js";
import { nextOf, toneOf } from "../../spaces/static/spaces/sounds.js";
import { apply, heirs, invitationOf, isActing } from "../../spaces/static/spaces/store.js";
import { moved } from "../../spaces/static/spaces/succession.js";
import { VERBOSITY, told as said } from "../../spaces/static/spaces/telling.js";

const seat = (person, role = "speaker", more = {}) => (
  { person, handle: person, name: person.toUpperCase(), picture: `/${person}.svg`, role, muted: true, present: true, ...more });

const start = (more = {}) => apply(null, {
  t: "snapshot", seq: 1, epoch: "one",
  space: { slug: "s", title: "T", state: "live", topics: [], who_can_speak: "invited", requests_locked: false },
  me: { person: "ana", role: "listener", may_take_place: false, invitation: null },
  stage: [seat("hugo", "host")], hands: [], invited: [], removed: [], count: 2, audience_version: 1,
  ...more,
});
const asHost = (more) => start({ me: { person: "hugo", role: "host", may_take_place: false, invitation: null }, ...more });
const after = (state, ...events) => apply(state, { t: "events", seq: state.seq + 1, events });
const by = { name: "Hugo", handle: "hugo" };
const invited = (more) => ({ type: "invited", person: "ana", role: "speaker", by, ...more });

test("who may speak changes live, with what it means for oneself", () => {
  const state = after(start(), { type: "permission", who_can_speak: "everyone", requests_locked: true, may_take_place: true });
  assert.deepEqual([state.space.who_can_speak, state.space.requests_locked, state.me.may_take_place], ["everyone", true, true]);
});

test("who is invited knows by whom, and nothing once it is answered", () => {
  const state = after(start(), invited());
  assert.deepEqual(state.me.invitation, { role: "speaker", by });
  assert.deepEqual(state.invited, []);
  assert.equal(after(state, { type: "invitation_gone", person: "ana", why: "declined" }).me.invitation, null);
});

test("hosts see who is invited, each once", () => {
  const state = after(asHost(), invited({ card: { name: "Ana" } }), invited({ role: "cohost", card: { name: "Ana" } }));
  assert.equal(invitationOf(state, "ana").role, "cohost");
  assert.equal(state.invited.length, 1);
});

test("who hosts no more sees neither invitations nor removals", () => {
  const state = after(asHost(), invited({ card: { name: "Ana" } }), { type: "removed", person: "rude", name: "Rude", reason: "Noise" });
  assert.deepEqual(state.removed.map((one) => one.person), ["rude"]);
  const down = after(state, { type: "role_changed", person: "hugo", role: "speaker" });
  assert.deepEqual([down.invited, down.removed], [[], []]);
});

test("a removal undone is off the list", () => {
  const state = after(asHost(), { type: "removed", person: "rude", name: "Rude", reason: "Noise" }, { type: "removal_undone", person: "rude" });
  assert.deepEqual(state.removed, []);
});

test("co-hosts stand in the order in which they go on", () => {
  const state = asHost({ stage: [seat("hugo", "host"), seat("kim", "cohost", { succession: 2 }), seat("lea", "cohost", { succession: 1 })] });
  assert.deepEqual(heirs(state).map((one) => one.person), ["lea", "kim"]);
  const turned = after(state, { type: "succession", persons: ["kim", "lea"] });
  assert.deepEqual(heirs(turned).map((one) => one.person), ["kim", "lea"]);
});

test("one step earlier or later in the order", () => {
  assert.deepEqual(moved(["a", "b", "c"], "c", -1), ["a", "c", "b"]);
  assert.deepEqual(moved(["a", "b"], "a", 1), ["b", "a"]);
});

test("details replace what was said of the Space", () => {
  const details = { title: "Other", description: "D", topics: [{ slug: "music", name: "Music" }], language: "fr" };
  const state = after(start(), { type: "details", ...details });
  assert.equal(state.space.title, "Other");
  assert.equal(state.space.slug, "s");
});

test("a host who is lost is waited for, then somebody acts, then they are back", () => {
  const lost = after(start(), { type: "host_lost", until_ms: 60000 });
  assert.equal(continuity(lost).host, "host-lost");
  const acting = after(lost, { type: "host_changed", person: "kim", acting: true });
  assert.equal(continuity(acting).host, "acting");
  assert.equal(isActing({ ...acting, me: { person: "kim", role: "cohost" } }), true);
  assert.equal(continuity({ ...acting, me: { person: "kim", role: "cohost" } }).host, "acting-me");
  assert.equal(after(lost, { type: "notice", code: "no_host", at_ms: 9 }).space.ends_at_ms, 9);
  const back = after(acting, { type: "host_changed", person: "hugo", acting: false });
  assert.equal(continuity(back).host, null);
});

test("an end that comes is told by its reason", () => {
  const state = start();
  assert.equal(continuity(state).end, null);
  const ending = { ...state, space: { ...state.space, ends_at_ms: 5 } };
  assert.equal(continuity(ending).end, "longest");
  assert.equal(continuity({ ...ending, stage: [seat("hugo", "host", { present: false })] }).end, "no-host");
});

test("a sound waits for a pause in speech, then is given up", () => {
  assert.equal(nextOf({ loudest: 0, waited: 0 }), "play");
  assert.equal(nextOf({ loudest: 6, waited: 0 }), "wait");
  assert.equal(nextOf({ loudest: 6, waited: 5000 }), "drop");
});

test("a new hand sounds for hosts only, and once", () => {
  const raised = { type: "hand_raised", person: "ana", since_ms: 1 };
  assert.equal(toneOf(raised, asHost()), "hand");
  assert.equal(toneOf(raised, start()), null);
  assert.equal(toneOf(raised, after(asHost(), raised)), null);
});

test("one hears a place given and a mute by a host, not one's own mute", () => {
  assert.equal(toneOf({ type: "stage_joined", member: seat("ana") }, start()), "accepted");
  assert.equal(toneOf({ type: "muted", person: "ana", by: "host" }, start()), "muted");
  assert.equal(toneOf({ type: "muted", person: "ana", by: "self" }, start()), null);
});

test("what concerns oneself matters most, the microphones of others least", () => {
  const nameOf = () => "Lea";
  const matters = (event) => said(event, start(), nameOf)?.matters;
  assert.equal(matters(invited()), VERBOSITY.mine);
  assert.equal(matters({ type: "unmute_asked", by }), VERBOSITY.mine);
  assert.equal(matters({ type: "role_changed", person: "lea", role: "cohost" }), VERBOSITY.important);
  assert.equal(matters({ type: "permission", who_can_speak: "everyone", requests_locked: false }), VERBOSITY.important);
  assert.equal(matters({ type: "unmuted", person: "lea" }), VERBOSITY.all);
});
