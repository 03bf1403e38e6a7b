/* The stage and the audience as they are drawn: seats by person, kept while they stay, so that
   focus and pictures do not jump. Levels come five times a second and touch one property only. */

import { number, sentence } from "./sentences.js";
import { handOf, seatOf } from "./store.js";

const AUDIENCE_EVERY_MS = 3000;
const SPREAD_MS = 5; // for each listener: a crowd must not ask for the list all at once
const LONGEST_SPREAD_MS = 15000;
const LOUDEST = 9;
const HOLD_MS = 450; // a pause between two words is not the end of speaking

export class Roster {
  #list = document.getElementById("speakers");
  #audience = document.getElementById("audience");
  #pattern = document.getElementById("seat").content.firstElementChild;
  #state = null; #levels = {}; #speakingUntil = new Map();
  #version = null; #wanted = null; #fetchedAt = -Infinity; #waits = false; #timer = null;

  render(state) {
    this.#state = state;
    this.#seats(state);
    this.#hands(state);
    this.#refreshAudience(state);
    for (const element of document.querySelectorAll("[data-stage-count]")) element.textContent = number(state.stage.length);
    for (const element of document.querySelectorAll("[data-count]")) element.textContent = number(state.count);
    const host = seatOf(state, state.space.host?.person) ?? state.stage.find((seat) => seat.role === "host");
    if (host) document.querySelector("[data-host-name]").textContent = host.name;
  }

  /** The relay's levels, 0 to 9 by person: the whole picture, until the next one. */
  levels(levels) {
    this.#levels = levels;
    this.#drawLevels();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#drawLevels(), HOLD_MS + 50); // for who has just stopped
  }

  #drawLevels() {
    const now = performance.now();
    for (const item of this.#list.children) {
      const level = this.#levels[item.dataset.person] ?? 0;
      if (level > 0) this.#speakingUntil.set(item.dataset.person, now + HOLD_MS);
      this.#draw(item, level / LOUDEST, now);
    }
  }

  /** The loudest level now, 0 to 9. */
  get loudest() {
    return Math.max(0, ...Object.values(this.#levels));
  }

  /** Somebody's name as the page shows it, or null. */
  nameOf(person) {
    const item = document.querySelector(`[data-person="${CSS.escape(person)}"] .name bdi`);
    return item?.textContent || null;
  }

  #seats(state) {
    const known = new Map([...this.#list.children].map((item) => [item.dataset.person, item]));
    state.stage.forEach((seat, index) => {
      const item = known.get(seat.person) ?? this.#pattern.cloneNode(true);
      known.delete(seat.person);
      item.dataset.person = seat.person;
      this.#seat(item, seat, state);
      if (this.#list.children[index] !== item) this.#list.insertBefore(item, this.#list.children[index] ?? null);
    });
    for (const item of known.values()) item.remove();
  }

  #seat(item, seat, state) {
    const button = item.firstElementChild;
    const picture = button.querySelector("img");
    const isMe = seat.person === state.me.person;
    button.dataset.role = seat.role;
    button.dataset.mic = seat.present ? (seat.muted ? "muted" : "on") : "away";
    if (picture.getAttribute("src") !== seat.picture) picture.src = seat.picture;
    button.querySelector(".name bdi").textContent = isMe ? sentence("seat.you") : seat.name;
    const isActing = state.space.host?.acting && state.space.host.person === seat.person;
    button.querySelector("[data-role-name]").textContent = sentence(isActing ? "role.acting" : `role.${seat.role}`);
    this.#draw(item, 0, performance.now());
    this.#words(button);
  }

  #words(button) {
    const isSpeaking = button.classList.contains("speaking");
    const words = sentence(isSpeaking ? "seat.speaking" : `seat.${button.dataset.mic}`);
    const element = button.querySelector("[data-words]");
    if (element.textContent !== words) element.textContent = words;
  }

  #draw(item, level, now) {
    const button = item.firstElementChild;
    const isSpeaking = (this.#speakingUntil.get(item.dataset.person) ?? 0) > now && button.dataset.mic === "on";
    if (isSpeaking && level > 0) button.querySelector(".avatar").style.setProperty("--level", level.toFixed(2));
    if (button.classList.contains("speaking") === isSpeaking) return;
    button.classList.toggle("speaking", isSpeaking);
    this.#words(button);
  }

  #hands(state) {
    for (const item of this.#audience.querySelectorAll("[data-person]")) {
      item.hidden = seatOf(state, item.dataset.person) !== null; // the list is older than the stage
      const isUp = handOf(state, item.dataset.person) !== null;
      item.querySelector(".hand").hidden = !isUp;
      item.querySelector("[data-words]").textContent = isUp ? sentence("seat.hand") : "";
    }
  }

  /** Names of the audience are not broadcast: the list is fetched again, at most every 3 s. */
  #refreshAudience({ audience_version: version, count }) {
    this.#version ??= version; // as served with the page
    this.#wanted = version;
    if (version === this.#version || this.#waits) return;
    const spread = Math.random() * Math.min(LONGEST_SPREAD_MS, count * SPREAD_MS);
    const wait = spread + Math.max(0, this.#fetchedAt + AUDIENCE_EVERY_MS - performance.now());
    this.#waits = true;
    setTimeout(() => this.#fetchAudience(), wait);
  }

  async #fetchAudience() {
    this.#waits = false;
    this.#fetchedAt = performance.now();
    this.#version = this.#wanted;
    try {
      const response = await fetch(this.#audience.dataset.address, { headers: { Accept: "text/html" } });
      if (response.ok && !response.redirected) this.#replaceAudience(await response.text());
    } catch {
      this.#version = -1; // the next change tries again
    }
  }

  #replaceAudience(html) {
    const focused = this.#audience.contains(document.activeElement)
      ? document.activeElement.closest("[data-person]")?.dataset.person : null;
    const fresh = new DOMParser().parseFromString(html, "text/html");
    this.#audience.replaceChildren(...fresh.body.childNodes);
    this.#hands(this.#state);
    if (focused) this.#audience.querySelector(`[data-person="${CSS.escape(focused)}"] button`)?.focus();
    this.#audience.dispatchEvent(new Event("audience", { bubbles: true }));
  }
}
