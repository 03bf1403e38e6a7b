/* The live page put together: one state, one socket, one sound, one microphone, and what draws them.

   Join is a click, because browsers play sound only after one; sessionStorage remembers it, so that
   a reload comes back by itself, muted. */

import { announce, startAnnouncing, toast } from "./announce.js";
import { sound, SOUND } from "./audio.js";
import { Clock } from "./clock.js";
import { Continuity } from "./continuity.js";
import { Controls } from "./controls.js";
import { Details } from "./details.js";
import { Devices } from "./devices.js";
import { Hosting } from "./hosting.js";
import { Invitation } from "./invitation.js";
import { Leaving } from "./leaving.js";
import { forgetJoined, hasJoined, rememberJoined, tab } from "./memory.js";
import { Microphone } from "./microphone.js";
import { notice, onNotice } from "./notices.js";
import { People } from "./people.js";
import { PersonMenu } from "./person.js";
import { Reactions } from "./reactions.js";
import { Requests } from "./requests.js";
import { Roster } from "./roster.js";
import { readSentences, refusalSentence, sentence } from "./sentences.js";
import { Sequence } from "./sequence.js";
import { startSharing } from "./sharing.js";
import { Shortcuts } from "./shortcuts.js";
import { SpaceSocket } from "./socket.js";
import { Sounds, toneOf } from "./sounds.js";
import { apply, handOf, invitationOf, isMuted, isOnStage, myPlaceInQueue, seatOf } from "./store.js";
import { Succession } from "./succession.js";
import { isNewRemoval, told } from "./telling.js";
import { showMicrophone, showSound } from "./troubles.js";
import { Verbosity } from "./verbosity.js";
import { Voice } from "./voice.js";
import { Volume } from "./volume.js";

const $ = (id) => document.getElementById(id);
const page = $("page");
const { slug } = page.dataset;
const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/s/${slug}/`;

readSentences(document);
startAnnouncing();

let state = apply(null, JSON.parse($("snapshot").textContent));
const clock = new Clock(state.space);
let isIn = false; // the server has let us in on this line
let wasIn = false; // ... and once before
let takesOver = false;
let isLeaving = false;
let refusedJoin = null; // why the server did not let us in
let isFirstHello = state.me.role === "host" && new URLSearchParams(location.search).has("started");

const socket = new SpaceSocket(address, { onFrame: (frame) => sequence.take(frame), onState: lineIs, onOpen: hello });
const sequence = new Sequence({ deliver: take, askSnapshot: () => socket.request("snapshot").catch(() => {}) });
const microphone = new Microphone();
const voice = new Voice({ microphone, sound, ask });
const roster = new Roster();
const controls = new Controls();
const reactions = new Reactions((emoji) => socket.request("react", { emoji }));
const requests = new Requests({
  accept: (person) => ask("accept", { person }),
  deny: (person) => ask("deny", { person }),
  open: (person) => personMenu.open(person),
  now: () => clock.now(),
});
const people = new People({ undo: (person) => ask("undo_remove", { person }), withdraw: (person) => ask("withdraw_invitation", { person }) });
const hosting = new Hosting(host);
const succession = new Succession(ask);
const invitation = new Invitation(ask);
const details = new Details(saveDetails);
const continuity = new Continuity(() => clock.now());
const verbosity = new Verbosity();
const personMenu = new PersonMenu(manage);
const devices = new Devices({ microphone, voice, sound });
const leaving = new Leaving({ ask, gone, again });
const volume = new Volume(sound);
const sounds = new Sounds({ loudest: () => roster.loudest, isSilenced: () => volume.isSilenced });
new Shortcuts({
  mute: () => isOnStage(state) && voice.toggle(),
  hand: () => !$("hand").hidden && $("hand").click(),
  react: () => !$("react").hidden && reactions.toggle(),
  number: (n) => reactions.giveNumber(n),
  isTrayOpen: () => reactions.isOpen,
  hold: () => holdToTalk(),
  letGo: () => voice.letGo(),
  help: () => $("settings").open || $("settings").showModal(),
});
sound.use((op, fields) => socket.request(op, fields));

/* ---- joining ---- */

function enter() {
  sound.arm();
  sounds.arm();
  page.dataset.phase = "live";
  $("controls").hidden = false;
  rememberJoined(slug);
  announce(sentence("reading"));
  socket.open();
  draw();
  $("stage-box").tabIndex = -1;
  $("stage-box").focus({ preventScroll: true });
}

/** Said on every new line of the socket, first of all. */
async function hello() {
  isIn = false;
  refusedJoin = null;
  try {
    await socket.request("join", { tab: tab(), ...(takesOver ? { take_over: true } : {}) });
    isIn = true;
    joined();
  } catch ({ code }) {
    refusedJoin = code; // a good-bye follows, or the line breaks and is tried again
  }
}

function joined() {
  takesOver = false;
  notice("line", null);
  announce(sentence(wasIn ? "rejoined" : "joined"));
  wasIn = true;
  if (sound.state === SOUND.IDLE) sound.start(state.epoch);
  else sound.relayIs(state.epoch);
  if (isFirstHello && isOnStage(state)) notice("hello", "host-first");
  isFirstHello = false;
  rememberJoined(slug);
}

function lineIs(line) {
  if (line !== "waiting" || isLeaving) return;
  sequence.clear();
  roster.levels({});
  if (notice("line", "reconnecting")) announce(sentence("lost"));
}

/* ---- frames ---- */

function take(frame) {
  if (frame.t.startsWith("audio_")) return sound.take(frame);
  if (frame.t === "bye") return bye(frame);
  if (frame.t === "events") for (const event of frame.events) happened(event);
  const before = state;
  state = apply(state, frame);
  if (frame.t === "snapshot") clock.set(frame.space);
  if (frame.t === "relay") sound.relayIs(frame.epoch);
  if (frame.t === "snapshot" && isIn) sound.relayIs(frame.epoch);
  if (frame.t === "pulse") pulse(frame);
  if (state !== before) draw();
  if (frame.t === "events") frame.events.forEach(afterwards);
  return null;
}

function pulse({ levels, reactions: tally }) {
  if (levels) roster.levels(levels);
  if (tally) reactions.receive(tally);
}

/** Before the state has changed: names are still known. */
function happened(event) {
  if (!offerUndo(event)) say(told(event, state, nameOf));
  const tone = toneOf(event, state);
  if (tone) sounds.play(tone);
  if (event.type === "unmute_asked") asked(event);
}

function say(words) {
  if (words?.isShown) toast(words.text);
  else if (words && verbosity.lets(words.matters)) announce(words.text);
}

/** After it: what the page does of itself. */
function afterwards(event) {
  if (event.type === "stage_joined" && event.member.person === state.me.person) promoted();
  if (event.type === "ended") ended(event.why);
}

function promoted() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  devices.open({ isPromoted: true });
}

/** A host would like to hear us: it stays until it is answered or we unmute. */
function asked({ by }) {
  document.querySelector('[data-notice="unmute-asked"] [data-name]').textContent = by.name;
  notice("asked", "unmute-asked");
}

function nameOf(person) {
  return seatOf(state, person)?.name ?? handOf(state, person)?.card?.name ?? invitationOf(state, person)?.card?.name
    ?? state.removed?.find((one) => one.person === person)?.name ?? roster.nameOf(person);
}

/** Whoever may undo a removal is told of it with a button for that. Says whether it was. */
function offerUndo(event) {
  const { type, person, name, mine } = event;
  if (type !== "removed" || !isNewRemoval(event, state) || (!mine && state.me.role !== "host")) return false;
  toast(sentence("removed", { name }), { text: sentence("undo"), run: () => ask("undo_remove", { person }) });
  return true;
}

/* ---- operations ---- */

/** Ask the server; a refusal becomes a sentence. Resolves to whether it was done. */
async function ask(op, fields = {}) {
  try {
    await socket.request(op, fields);
    return true;
  } catch ({ code }) {
    toast(refusalSentence(code));
    return false;
  }
}

async function manage(op, { person, name }, fields) {
  const done = await ask(op, { person, ...fields });
  const key = { mute_person: "muted.other", ask_unmute: "asked.unmute" }[op];
  if (done && key) toast(sentence(key, { name }));
  return done;
}

async function host(op, fields) {
  const done = await ask(op, fields);
  const key = { mute_all: "muted.all", accept_all: "accepted.all" }[op];
  if (done && key) toast(sentence(key));
  return done;
}

/** Resolves to the sentence of a refusal, or to nothing. */
async function saveDetails(fields) {
  try {
    await socket.request("edit", fields);
    toast(sentence("details.saved"));
    return null;
  } catch ({ code }) {
    return refusalSentence(code);
  }
}

function holdToTalk() {
  if (!isOnStage(state) || !voice.isMuted) return false;
  voice.hold();
  return true;
}

/* ---- going ---- */

function bye({ code, reason }) {
  if (code === "restart" || code === "too_fast") return; // the line closes and is opened again
  if (code === "ended") ended();
  else out(code, reason);
}

function out(code, reason = "") {
  if (isLeaving) return;
  hangUp();
  if (code === "removed") forgetJoined(slug);
  leaving.say(code === "taken_over" ? "elsewhere" : code, { reason, words: refusalSentence(refusedJoin ?? code) });
}

function hangUp() {
  socket.close();
  sound.stop();
  microphone.close();
  sequence.clear();
  isIn = false;
}

/** "Continue here": this tab takes the seat over; the other one is told. */
function again() {
  takesOver = true;
  sound.arm();
  socket.open();
}

function gone() {
  isLeaving = true;
  forgetJoined(slug);
  hangUp();
  location.assign("/");
}

function ended(why = "") {
  if (isLeaving) return;
  isLeaving = true;
  forgetJoined(slug);
  hangUp();
  location.replace(why ? `${location.pathname}?ended=${why}` : location.pathname); // the end page now, which says why
}

/* ---- drawing ---- */

function draw() {
  voice.render(state);
  roster.render(state);
  requests.render(state);
  people.render(state);
  hosting.render(state);
  succession.render(state);
  invitation.render(state);
  details.render(state);
  continuity.render(state);
  personMenu.render(state);
  devices.render(state);
  leaving.render(state);
  drawControls();
}

const drawMicrophone = () => showMicrophone(microphone, { isDialogOpen: devices.isOpen });

function drawControls() {
  controls.render(state, { isMicMuted: voice.isMuted });
  if (!voice.isMuted) notice("hello", null);
  if (!voice.isMuted || !isOnStage(state)) notice("asked", null);
}

/* ---- clicks ---- */

function handClicked() {
  if (myPlaceInQueue(state)) ask("lower_hand");
  else if (state.space.requests_locked) toast(refusalSentence("requests_locked"));
  else $("hand-dialog").showModal();
}

function handRaised() {
  const reason = $("hand-reason").value.trim();
  $("hand-reason").value = "";
  ask("raise_hand", reason ? { reason } : {});
}

$("join").addEventListener("click", enter);
$("mic").addEventListener("click", () => voice.toggle());
$("hand").addEventListener("click", handClicked);
$("hand-form").addEventListener("submit", handRaised);
$("take-place").addEventListener("click", () => ask("take_place"));
$("step-down").addEventListener("click", () => ask("step_down"));
onNotice({
  tap: () => sound.tap(),
  "mic-again": () => { microphone.forgetProblem(); voice.unmute(); },
  "mic-choose": () => devices.open(),
  unmute: () => voice.unmute(),
  "stay-muted": () => notice("asked", null),
  "answer-invitation": () => invitation.open(),
  dismiss: () => microphone.forgetProblem(),
});
sound.addEventListener("change", () => showSound(sound));
microphone.addEventListener("problem", drawMicrophone);
microphone.addEventListener("level", () => controls.level(voice.isMuted ? 0 : microphone.level));
voice.addEventListener("change", drawControls);
$("mic-dialog").addEventListener("close", drawMicrophone);
addEventListener("beforeunload", (event) => {
  if (isIn && isOnStage(state) && !isMuted(state) && !isLeaving) event.preventDefault();
});

if (navigator.mediaSession && globalThis.MediaMetadata) {
  navigator.mediaSession.metadata = new MediaMetadata({ title: state.space.title, artist: document.querySelector("[data-host-name]").textContent });
}
clock.showElapsed(document.querySelector("[data-elapsed]"));
startSharing();
$("joinbar").hidden = false;
history.replaceState(null, "", location.pathname); // an address to be passed on starts with the lobby
if (hasJoined(slug) || isFirstHello) enter();
