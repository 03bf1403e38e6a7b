/* What this page knows of its Space: pure functions, no page, no network, no clock.

   The state is the snapshot's own shape; `apply(snapshot, events)` gives what a fresh snapshot
   would say, for every viewer. docs/protocol.md shows the frames. */

/** The state after one frame. Frames that change nothing here return the same object. */
export function apply(state, frame) {
  switch (frame.t) {
    case "snapshot": {
      const { t: _t, ...fresh } = frame;
      return fresh;
    }
    case "events":
      return frame.seq === state.seq + 1 ? afterEvents(state, frame) : state;
    case "pulse":
      return afterPulse(state, frame);
    case "relay":
      return { ...state, epoch: frame.epoch };
    default:
      return state;
  }
}

function afterEvents(state, frame) {
  const after = frame.events.reduce(afterEvent, state);
  return { ...after, seq: frame.seq };
}

function afterPulse(state, { count = state.count, audience_version = state.audience_version }) {
  if (count === state.count && audience_version === state.audience_version) return state;
  return { ...state, count, audience_version };
}

function afterEvent(state, event) {
  const change = CHANGES[event.type];
  return change ? change(state, event) : state;
}

const CHANGES = {
  stage_joined: (state, { member }) => withRole(
    { ...state, stage: [...without(state.stage, member.person), member] }, member.person, member.role),
  stage_left: (state, { person }) => withRole(
    { ...state, stage: without(state.stage, person) }, person, "listener"),
  role_changed: (state, { person, role }) => withRole(onStage(state, person, { role }), person, role),
  muted: (state, { person }) => onStage(state, person, { muted: true }),
  unmuted: (state, { person }) => onStage(state, person, { muted: false }),
  presence: (state, { person, present }) => onStage(state, person, { present }),
  hand_raised: (state, { type: _type, ...hand }) => (
    { ...state, hands: [...without(state.hands, hand.person), hand] }),
  hand_lowered: (state, { person }) => ({ ...state, hands: without(state.hands, person) }),
  permission: (state, { type: _type, may_take_place, ...settings }) => withMe(withSpace(state, settings), { may_take_place }),
  invited: (state, { type: _type, ...one }) => asHostsSee(
    isMe(state, one.person) ? withMe(state, { invitation: { role: one.role, by: one.by } }) : state, one),
  invitation_gone: (state, { person }) => withList(
    isMe(state, person) ? withMe(state, { invitation: null }) : state, "invited", (list) => without(list, person)),
  succession: (state, { persons }) => ({
    ...state,
    stage: state.stage.map((one) => ("succession" in one ? { ...one, succession: placeIn(persons, one.person) } : one)),
  }),
  details: (state, { type: _type, ...details }) => withSpace(state, details),
  removed: (state, { type: _type, ...gone }) => (isMe(state, gone.person) ? state // the good-bye comes
    : withList(state, "removed", (list) => [...without(list, gone.person), gone])),
  removal_undone: (state, { person }) => withList(state, "removed", (list) => without(list, person)),
  host_lost: (state, { until_ms: until }) => withSpace(state, { host_lost_until_ms: until }),
  host_back: (state) => withSpace(state, { host_lost_until_ms: null }),
  host_changed: (state, { person, acting }) => withSpace(state, { host: { person, acting }, host_lost_until_ms: null }),
  notice: (state, { at_ms: endsAt }) => withSpace(state, { ends_at_ms: endsAt }),
  ended: (state) => withSpace({ ...state, hands: [] }, { state: "ended", host_lost_until_ms: null, ends_at_ms: null }),
};

const isMe = (state, person) => state.me.person === person;
const withMe = (state, changes) => ({ ...state, me: { ...state.me, ...changes } });
const withSpace = (state, changes) => ({ ...state, space: { ...state.space, ...changes } });

/** Hosts are sent an invitation with a card, the person who is invited without. */
const asHostsSee = (state, one) => (
  one.card ? withList(state, "invited", (list) => [...without(list, one.person), one]) : state);

/** A list of what hosts see, where there is one. */
const withList = (state, name, change) => (state[name] ? { ...state, [name]: change(state[name]) } : state);

/** From 1, in the order of succession; null for who is not in it. */
const placeIn = (persons, person) => persons.indexOf(person) + 1 || null;

const without = (people, person) => people.filter((one) => one.person !== person);

function onStage(state, person, changes) {
  return {
    ...state,
    stage: state.stage.map((one) => (one.person === person ? { ...one, ...changes } : one)),
  };
}

function withRole(state, person, role) {
  if (state.me.person !== person) return state;
  const after = withMe(state, { role });
  return HOSTING.has(role) ? after : asOthersSee(after);
}

/** Whoever hosts no more has no cards, and does not know who is invited or removed. */
function asOthersSee(state) {
  const lists = ["invited", "removed"].filter((name) => state[name]).map((name) => [name, []]);
  return { ...state, ...Object.fromEntries(lists), hands: state.hands.map(withoutCard) };
}

const withoutCard = ({ card: _card, ...hand }) => hand;

/* What the page asks of the state. */

const HOSTING = new Set(["host", "cohost"]);
const ON_STAGE = new Set(["host", "cohost", "speaker"]);

export const isHosting = (state) => HOSTING.has(state.me.role);
export const isOnStage = (state) => ON_STAGE.has(state.me.role);
export const isSignedIn = (state) => state.me.role !== "visitor";
export const seatOf = (state, person) => state.stage.find((one) => one.person === person) ?? null;
export const mySeat = (state) => (state.me.person ? seatOf(state, state.me.person) : null);
export const isMuted = (state) => mySeat(state)?.muted ?? true;
export const handOf = (state, person) => state.hands.find((one) => one.person === person) ?? null;

/** My place in the queue of hands, from 1; 0 when my hand is down. */
export const myPlaceInQueue = (state) => (
  state.me.person ? state.hands.findIndex((one) => one.person === state.me.person) + 1 : 0);

/** Whether the viewer acts for a host who is away. */
export const isActing = (state) => Boolean(state.space.host?.acting && isMe(state, state.space.host.person));

/** Whether the viewer may act on somebody of that role: a co-host has no power over host and co-hosts. */
export function mayManage(state, role) {
  if (state.me.role === "host") return role !== "host";
  return state.me.role === "cohost" && !HOSTING.has(role);
}

/** How somebody is invited, or null; hosts alone know. */
export const invitationOf = (state, person) => state.invited?.find((one) => one.person === person) ?? null;

/** Co-hosts in the order in which they go on without the host. */
export function heirs(state) {
  const last = Number.MAX_SAFE_INTEGER;
  const cohosts = state.stage.filter((one) => one.role === "cohost");
  return cohosts.sort((a, b) => (a.succession ?? last) - (b.succession ?? last));
}

/** Who on stage could be host after me: present; co-hosts first, in their order; then as on stage. */
export function successors(state) {
  const others = state.stage.filter((one) => one.person !== state.me.person && one.present);
  return [...others].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

const rank = (seat) => (seat.role === "cohost" ? seat.succession ?? 0 : Infinity);
