import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { apply, isMuted, mayManage, myPlaceInQueue, successors } from "../../spaces/static/spaces/store.js";

const seat = (person, role = "speaker", more = {}) => (
  { person, handle: person, name: person.toUpperCase(), picture: `/${person}.svg`, role, muted: true, present: true, ...more });

const snapshot = (more = {}) => ({
  t: "snapshot", seq: 1, epoch: "one",
  space: { slug: "s", title: "T", description: "", language: "en", topics: [], state: "live", started_ms: 0, now_ms: 0 },
  me: { person: "ana", role: "listener" }, stage: [seat("hugo", "host")], hands: [], count: 2, audience_version: 1,
  ...more,
});
const start = (more) => apply(null, snapshot(more));
const told = (state, ...events) => apply(state, { t: "events", seq: state.seq + 1, events });

test("a snapshot replaces everything", () => {
  const state = apply(told(start(), { type: "muted", person: "hugo", by: "self" }), snapshot({ seq: 9, count: 7 }));
  assert.equal(state.count, 7);
  assert.equal(state.seq, 9);
  assert.equal("t" in state, false);
});

test("who is accepted has a place at the end of the stage and a role", () => {
  const raised = told(start(), { type: "hand_raised", person: "ana", since_ms: 5 });
  assert.equal(myPlaceInQueue(raised), 1);
  const state = told(raised, { type: "hand_lowered", person: "ana", why: "accepted" },
    { type: "stage_joined", member: seat("ana") });
  assert.deepEqual(state.stage.map((one) => one.person), ["hugo", "ana"]);
  assert.equal(state.me.role, "speaker");
  assert.equal(myPlaceInQueue(state), 0);
});

test("who leaves the stage is a listener again", () => {
  const on = told(start(), { type: "stage_joined", member: seat("ana") });
  const state = told(on, { type: "stage_left", person: "ana", why: "stepped_down" });
  assert.equal(state.me.role, "listener");
  assert.deepEqual(state.stage.map((one) => one.person), ["hugo"]);
});

test("mute and unmute show on the seat", () => {
  const on = told(start({ me: { person: "hugo", role: "host" } }), { type: "unmuted", person: "hugo" });
  assert.equal(isMuted(on), false);
  assert.equal(isMuted(told(on, { type: "muted", person: "hugo", by: "host" })), true);
});

test("a new host keeps their place on the stage", () => {
  const both = told(start(), { type: "stage_joined", member: seat("ana") });
  const state = told(both, { type: "stage_left", person: "hugo", why: "left" }, { type: "role_changed", person: "ana", role: "host" });
  assert.deepEqual(state.stage.map((one) => [one.person, one.role]), [["ana", "host"]]);
  assert.equal(state.me.role, "host");
});

test("the same frame twice changes nothing the second time", () => {
  const frame = { t: "events", seq: 2, events: [{ type: "hand_raised", person: "lea", since_ms: 5 }] };
  const once = apply(start(), frame);
  assert.equal(apply(once, frame), once);
});

test("a frame beyond a gap changes nothing", () => {
  const state = start();
  assert.equal(apply(state, { t: "events", seq: 5, events: [{ type: "ended", why: "host_ended", by: "hugo" }] }), state);
});

test("an empty list of events still counts", () => {
  assert.equal(told(start()).seq, 2);
});

test("the state given is never changed", () => {
  const state = start();
  const before = structuredClone(state);
  told(state, { type: "stage_joined", member: seat("ana") }, { type: "presence", person: "hugo", present: false });
  assert.deepEqual(state, before);
});

test("a pulse brings count and audience, or nothing new", () => {
  const state = start();
  assert.equal(apply(state, { t: "pulse", levels: { hugo: 4 } }), state);
  assert.equal(apply(state, { t: "pulse", count: 30 }).count, 30);
  assert.equal(apply(state, { t: "pulse", audience_version: 8 }).audience_version, 8);
});

test("a co-host has power over speakers and listeners only", () => {
  const state = start({ me: { person: "ana", role: "cohost" } });
  assert.deepEqual(["host", "cohost", "speaker", "listener"].map((role) => mayManage(state, role)), [false, false, true, true]);
});

test("only who is there can go on after the host, co-hosts first", () => {
  const state = start({
    me: { person: "hugo", role: "host" },
    stage: [seat("hugo", "host"), seat("ana"), seat("lea", "speaker", { present: false }), seat("kim", "cohost")],
  });
  assert.deepEqual(successors(state).map((one) => one.person), ["kim", "ana"]);
});

/* What the Python tests recorded: for every viewer, snapshot + events = fresh snapshot. */
const RECORDED = new URL("../spaces/recorded/", import.meta.url);
const recordings = (() => {
  try {
    return readdirSync(RECORDED).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
})();

const timeless = ({ t: _t, ...state }) => ({ ...state, space: { ...state.space, now_ms: 0 } });

for (const name of recordings) {
  for (const [viewer, story] of Object.entries(JSON.parse(readFileSync(new URL(name, RECORDED))))) {
    const { snapshot: first, frames, fresh } = story;
    test(`recorded: ${name} ends as a fresh snapshot for the ${viewer}`, () => {
      const state = frames.reduce(apply, apply(null, first));
      assert.deepEqual(timeless(state), timeless(fresh));
    });
  }
}
