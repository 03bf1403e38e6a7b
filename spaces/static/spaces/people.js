/* The People dialog: stage and audience as a list, and who was removed while this page was open. */

import { sentence } from "./sentences.js";

const $ = (id) => document.getElementById(id);

export class People {
  #removed = new Map(); // person → name
  #state = null; #undo;

  /** `undo(person, name)` resolves to whether they may come back. */
  constructor(undo) {
    this.#undo = undo;
    document.addEventListener("audience", () => this.#drawAudience());
    this.#drawAudience();
  }

  render(state) {
    this.#state = state;
    $("people-stage").replaceChildren(...state.stage.map((seat) => row(seat, sentence(`role.${seat.role}`))));
  }

  addRemoved(person, name) {
    this.#removed.set(person, name);
    this.#drawRemoved();
  }

  /** Let somebody back in. */
  async undo(person) {
    const name = this.#removed.get(person);
    if (!(await this.#undo(person, name))) return;
    this.#removed.delete(person);
    this.#drawRemoved();
  }

  #drawAudience() {
    const seats = [...document.querySelectorAll("#audience [data-person]")].map((item) => ({
      person: item.dataset.person,
      name: item.querySelector(".name bdi").textContent,
      picture: item.querySelector("img").getAttribute("src"),
    }));
    $("people-audience").replaceChildren(...seats.map((seat) => row(seat, "")));
    $("people-nobody").hidden = seats.length > 0;
  }

  #drawRemoved() {
    $("removed-box").hidden = this.#removed.size === 0;
    $("removed-list").replaceChildren(...[...this.#removed].map(([person, name]) => this.#removedRow(person, name)));
  }

  #removedRow(person, name) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: sentence("undo") });
    button.addEventListener("click", () => this.undo(person));
    item.append(isolated(name, "grow clip"), button);
    return item;
  }
}

function row({ person, name, picture }, role) {
  const item = document.createElement("li");
  item.dataset.person = person;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "who" });
  button.dataset.opensPerson = "";
  button.setAttribute("aria-haspopup", "dialog");
  const image = Object.assign(new Image(36, 36), { className: "avatar s", alt: "", src: picture });
  const note = Object.assign(document.createElement("span"), { className: "muted small-text", textContent: role });
  button.append(image, isolated(name, "grow clip strong"), note);
  item.append(button);
  return item;
}

function isolated(text, className) {
  const outer = Object.assign(document.createElement("span"), { className });
  outer.append(Object.assign(document.createElement("bdi"), { textContent: text }));
  return outer;
}
