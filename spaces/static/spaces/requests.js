/* The queue of hands as hosts see it: in the side panel and in the People dialog. */

import { badge } from "./badge.js";
import { counted, number, waiting } from "./sentences.js";
import { isHosting } from "./store.js";

const AGE_EVERY_MS = 10000;

export class Requests {
  #pattern = document.getElementById("request").content.firstElementChild;
  #boxes = [...document.querySelectorAll("[data-requests-box]")];
  #badge = document.querySelector("[data-hands]");
  #actions; #state = null;

  /** `actions`: accept(person), deny(person), open(person), now() in server time (ms). */
  constructor(actions) {
    this.#actions = actions;
    setInterval(() => this.#ages(), AGE_EVERY_MS);
  }

  render(state) {
    this.#state = state;
    const hands = isHosting(state) ? state.hands.filter((hand) => hand.card) : [];
    for (const box of this.#boxes) {
      box.hidden = hands.length === 0 && !(isHosting(state) && state.space.requests_locked !== undefined);
      box.querySelector("[data-requests-count]").textContent = hands.length ? number(hands.length) : "";
      this.#list(box.querySelector("[data-requests]"), hands);
    }
    badge(this.#badge, hands.length, counted("hands", hands.length));
    this.#ages();
  }

  #list(list, hands) {
    const known = new Map([...list.children].map((item) => [item.dataset.person, item]));
    hands.forEach((hand, index) => {
      const item = known.get(hand.person) ?? this.#item(hand);
      known.delete(hand.person);
      if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
    });
    for (const item of known.values()) leave(list, item);
  }

  #item({ person, card }) {
    const item = this.#pattern.cloneNode(true);
    item.dataset.person = person;
    item.querySelector("img").src = card.picture;
    for (const name of item.querySelectorAll("[data-name]")) name.textContent = card.name;
    item.querySelector("[data-follows]").hidden = !card.follows_you;
    item.querySelector("[data-followed]").hidden = !card.you_follow;
    item.querySelector("[data-past]").textContent = card.past_spaces === undefined ? "" : `${counted("past", card.past_spaces)} · `;
    item.querySelector("[data-reason]").textContent = card.reason ?? "";
    item.querySelector("[data-accept]").onclick = () => this.#actions.accept(person);
    item.querySelector("[data-deny]").onclick = () => this.#actions.deny(person);
    item.querySelector("[data-who]").onclick = () => this.#actions.open(person);
    return item;
  }

  #ages() {
    for (const hand of this.#state?.hands ?? []) {
      const text = waiting(this.#actions.now() - hand.since_ms);
      for (const item of document.querySelectorAll(`.request[data-person="${CSS.escape(hand.person)}"] [data-waits]`)) item.textContent = text;
    }
  }
}

/** Take an item away; whoever had the focus in it goes on with the next one. */
function leave(list, item) {
  const next = item.nextElementSibling ?? item.previousElementSibling;
  const hadFocus = item.contains(document.activeElement);
  item.remove();
  if (hadFocus) (next?.querySelector("[data-accept]") ?? document.getElementById("people-button")).focus();
}
