/* The People drawer: who is invited, stage, listeners (a page at a time, searched), and who was removed. */

import { Listeners } from "./listeners.js";
import { isolated, personRow } from "./rows.js";
import { number, sentence } from "./sentences.js";

const $ = (id) => document.getElementById(id);

export class People {
  #invitedPattern = $("invited-row").content.firstElementChild;
  #state = null; #actions;
  #listeners = new Listeners();

  /** `actions`: undo(person) a removal, withdraw(person) an invitation. */
  constructor(actions) {
    this.#actions = actions;
  }

  render(state) {
    const before = this.#state;
    this.#state = state;
    if (state.stage !== before?.stage || state.space.host !== before?.space.host) this.#drawStage(state);
    const isOther = state.me.role !== before?.me.role;
    if (state.invited !== before?.invited || isOther) this.#drawInvited(state);
    if (state.removed !== before?.removed || isOther) this.#drawRemoved(state);
    this.#listeners.render(state);
  }

  #drawStage({ stage, space }) {
    keepingFocus($("people-stage"), () => stage.map((seat) => personRow(seat, roleName(seat, space.host))));
  }

  #drawInvited({ invited }) {
    $("invited-box").hidden = invited.length === 0;
    document.querySelector("[data-invited-count]").textContent = number(invited.length);
    keepingFocus($("invited-list"), () => invited.map((one) => this.#invitedRow(one)));
  }

  #invitedRow({ person, role, card }) {
    const item = this.#invitedPattern.cloneNode(true);
    item.dataset.person = person;
    item.querySelector("img").src = card.picture;
    for (const name of item.querySelectorAll("[data-name]")) name.textContent = card.name;
    item.querySelector("[data-as]").textContent = sentence(role === "cohost" ? "invited.as.cohost" : "invited.as.speaker");
    const button = item.querySelector("[data-withdraw]");
    button.hidden = role === "cohost" && this.#state.me.role !== "host";
    button.addEventListener("click", () => this.#actions.withdraw(person));
    return item;
  }

  #drawRemoved({ removed }) {
    $("removed-box").hidden = removed.length === 0;
    document.querySelector("[data-removed-count]").textContent = number(removed.length);
    keepingFocus($("removed-list"), () => removed.map((one) => this.#removedRow(one)));
  }

  /** A co-host may undo only their own. */
  #removedRow({ person, name, reason = "", mine }) {
    const item = document.createElement("li");
    item.dataset.person = person;
    const words = Object.assign(document.createElement("span"), { className: "grow duo" });
    words.append(isolated(name, "clip strong"), isolated(reason, "muted small-text"));
    item.append(words);
    if (!mine && this.#state.me.role !== "host") return item;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: sentence("undo") });
    button.append(isolated(` ${name}`, "vh"));
    button.addEventListener("click", () => this.#actions.undo(person));
    item.append(button);
    return item;
  }
}

function roleName(seat, host) {
  const isActing = host?.acting && host.person === seat.person;
  return sentence(isActing ? "role.acting" : `role.${seat.role}`);
}

/** Draw a list anew; whoever had the focus in it keeps it, or gets the next one's. */
function keepingFocus(list, rows) {
  const active = list.contains(document.activeElement) ? document.activeElement.closest("li") : null;
  const index = active ? [...list.children].indexOf(active) : -1;
  list.replaceChildren(...rows());
  if (!active) return;
  const item = list.querySelector(`[data-person="${CSS.escape(active.dataset.person)}"]`) ?? list.children[index] ?? list.lastElementChild;
  (item?.querySelector("button") ?? $("people").querySelector("[data-close]")).focus();
}
