/* The live page put together: one state, one socket, one sound, one microphone, and what draws them.

   Join is a click, because browsers play sound only after one; sessionStorage remembers it, so that
   a reload comes back by itself, muted. */

import { announce, toast } from "./announce.js";
import { sound, SOUND } from "./audio.js";
import { Controls } from "./controls.js";
import { Devices } from "./devices.js";
import { Leaving } from "./leaving.js";
import { Microphone } from "./microphone.js";
import { notice, noticeText, onNotice } from "./notices.js";
import { People } from "./people.js";
import { PersonMenu } from "./person.js";
import { Reactions } from "./reactions.js";
import { Requests } from "./requests.js";
import { Roster } from "./roster.js";
import { readSentences, refusalSentence, sentence } from "./sentences.js";
import { Sequence } from "./sequence.js";
import { Shortcuts } from "./shortcuts.js";
import { SpaceSocket } from "./socket.js";
import { apply, handOf, isMuted, isOnStage, seatOf } from "./store.js";
import { told } from "./telling.js";
import { Voice } from "./voice.js";
import { Volume } from "./volume.js";

const $ = (id) => document.getElementById(id);
const page = $("page");
const { slug } = page.dataset;
const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/s/${slug}/`;
const remembered = `causerie.joined.${slug}`;

readSentences(document);

let state = apply(null, JSON.parse($("snapshot").textContent));
let clockAhead = state.space.now_ms - Date.now(); // the server's clock less ours, ms
let hasJoined = false; // the server has let us in on this line
let wasIn = false; // ... and once before
let takesOver = false;
let isLeaving = false;
let refusedJoin = null; // why the server did not let us in
let isFirstHello = new URLSearchParams(location.search).has("started");

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
  now: () => Date.now() + clockAhead,
});
const people = new People(undoRemoval);
const personMenu = new PersonMenu(manage);
const devices = new Devices({ microphone, voice, sound });
const leaving = new Leaving({ ask, gone, again });
new Volume(sound);
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
  page.dataset.phase = "live";
  $("controls").hidden = false;
  remember(true);
  announce(sentence("reading"));
  socket.open();
  draw();
  $("stage-box").tabIndex = -1;
  $("stage-box").focus({ preventScroll: true });
}

/** Said on every new line of the socket, first of all. */
async function hello() {
  hasJoined = false;
  refusedJoin = null;
  try {
    await socket.request("join", { tab: tab(), ...(takesOver ? { take_over: true } : {}) });
    hasJoined = true;
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
  remember(true);
}

function lineIs(line) {
  if (line !== "waiting" || isLeaving) return;
  sequence.clear();
  roster.levels({});
  if (notice("line", "reconnecting")) announce(sentence("lost"));
}

/** This tab's name on the server: kept through reloads, so that a reload is not "elsewhere". */
function tab() {
  const known = sessionStorage.getItem("causerie.tab");
  if (known) return known;
  const fresh = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem("causerie.tab", fresh);
  return fresh;
}

function remember(isIn) {
  if (isIn) sessionStorage.setItem(remembered, "1");
  else sessionStorage.removeItem(remembered);
}

/* ---- frames ---- */

function take(frame) {
  if (frame.t.startsWith("audio_")) return sound.take(frame);
  if (frame.t === "bye") return bye(frame);
  if (frame.t === "events") for (const event of frame.events) happened(event);
  const before = state;
  state = apply(state, frame);
  if (frame.t === "snapshot") clockAhead = frame.space.now_ms - Date.now();
  if (frame.t === "relay") sound.relayIs(frame.epoch);
  if (frame.t === "snapshot" && hasJoined) sound.relayIs(frame.epoch);
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
  const words = told(event, state, nameOf);
  if (words?.isShown) toast(words.text);
  else if (words) announce(words.text);
  if (event.type === "removed" && event.person !== state.me.person) removed(event);
}

/** After it: what the page does of itself. */
function afterwards(event) {
  if (event.type === "stage_joined" && event.member.person === state.me.person) promoted();
  if (event.type === "ended") ended();
}

function promoted() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  devices.open({ isPromoted: true });
}

function nameOf(person) {
  return seatOf(state, person)?.name ?? handOf(state, person)?.card?.name ?? roster.nameOf(person);
}

function removed({ person }) {
  const name = nameOf(person) ?? "?";
  people.addRemoved(person, name);
  toast(sentence("removed", { name }), { text: sentence("undo"), run: () => people.undo(person) });
}

async function undoRemoval(person, name) {
  const done = await ask("undo_remove", { person });
  if (done) toast(sentence("removed.undone", { name }));
  return done;
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
  if (done && op === "mute_person") toast(sentence("muted.other", { name }));
  return done;
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
  if (code === "removed") remember(false);
  leaving.say(code === "taken_over" ? "elsewhere" : code, { reason, words: refusalSentence(refusedJoin ?? code) });
}

function hangUp() {
  socket.close();
  sound.stop();
  microphone.close();
  sequence.clear();
  hasJoined = false;
}

/** "Continue here": this tab takes the seat over; the other one is told. */
function again() {
  takesOver = true;
  sound.arm();
  socket.open();
}

function gone() {
  isLeaving = true;
  remember(false);
  hangUp();
  location.assign("/");
}

function ended() {
  if (isLeaving) return;
  isLeaving = true;
  remember(false);
  hangUp();
  location.replace(location.pathname); // the same address shows the end page now
}

/* ---- drawing ---- */

function draw() {
  voice.render(state);
  roster.render(state);
  requests.render(state);
  people.render(state);
  personMenu.render(state);
  devices.render(state);
  leaving.render(state);
  drawControls();
}

function drawControls() {
  controls.render(state, { isMicMuted: voice.isMuted });
  if (!voice.isMuted) notice("hello", null);
}

function drawSound() {
  const name = {
    [SOUND.BLOCKED]: "blocked", [SOUND.DOWN]: "relay-down", [SOUND.AGAIN]: "sound-again",
  }[sound.state] ?? (sound.needsTap ? "tap" : null);
  const shown = { busy: "sound-full", no_relay: "relay-down", no_space: "relay-down" }[sound.refusedCode] ?? name;
  if (notice("sound", shown)) announce(noticeText(shown));
}

function drawMicrophone() {
  const { problem } = microphone;
  const isShown = problem && !devices.isOpen;
  if (isShown) notice("hello", null);
  if (notice("mic", isShown ? `mic-${problem}` : null)) announce(noticeText(`mic-${problem}`));
}

function drawElapsed() {
  const seconds = Math.max(0, Math.floor((Date.now() + clockAhead - state.space.started_ms) / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const short = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  document.querySelector("[data-elapsed]").textContent = hours ? `${hours}:${short}` : short;
}

/* ---- clicks ---- */

function handClicked() {
  if (handOf(state, state.me.person)) ask("lower_hand");
  else $("hand-dialog").showModal();
}

function handRaised() {
  const reason = $("hand-reason").value.trim();
  $("hand-reason").value = "";
  ask("raise_hand", reason ? { reason } : {});
}

async function share() {
  const link = $("share-link").value;
  if (!navigator.share) return $("share").showModal();
  return navigator.share({ title: document.querySelector("h1").textContent, url: link }).catch(() => {});
}

async function copyLink() {
  $("share-link").select();
  try {
    await navigator.clipboard.writeText($("share-link").value);
  } catch {
    document.execCommand("copy"); // the clipboard interface is only for secure pages
  }
  toast(sentence("copied"));
}

$("join").addEventListener("click", enter);
$("mic").addEventListener("click", () => voice.toggle());
$("hand").addEventListener("click", handClicked);
$("hand-form").addEventListener("submit", handRaised);
$("step-down").addEventListener("click", () => ask("step_down"));
$("share-button").addEventListener("click", share);
$("share-form").addEventListener("submit", copyLink);
onNotice({
  tap: () => sound.tap(),
  "mic-again": () => { microphone.forgetProblem(); voice.unmute(); },
  "mic-choose": () => devices.open(),
  unmute: () => voice.unmute(),
  dismiss: () => microphone.forgetProblem(),
});
sound.addEventListener("change", drawSound);
microphone.addEventListener("problem", drawMicrophone);
microphone.addEventListener("level", () => controls.level(voice.isMuted ? 0 : microphone.level));
voice.addEventListener("change", drawControls);
$("mic-dialog").addEventListener("close", drawMicrophone);
addEventListener("beforeunload", (event) => {
  if (hasJoined && isOnStage(state) && !isMuted(state) && !isLeaving) event.preventDefault();
});

if (navigator.mediaSession && globalThis.MediaMetadata) {
  navigator.mediaSession.metadata = new MediaMetadata({ title: state.space.title, artist: document.querySelector("[data-host-name]").textContent });
}
setInterval(drawElapsed, 1000);
drawElapsed();
$("share-button").hidden = false;
$("join").hidden = false;
if (sessionStorage.getItem(remembered) || isFirstHello) enter();
