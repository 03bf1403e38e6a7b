/* The order in which co-hosts go on without the host, as the host arranges it. */

import { heirs } from "./store.js";

const $ = (id) => document.getElementById(id);

export class Succession {
  #list = $("heirs");
  #pattern = $("heir-row").content.firstElementChild;
  #run; #order = [];

  /** `run(op, fields)` resolves to whether it was done. */
  constructor(run) {
    this.#run = run;
    this.#list.addEventListener("click", (event) => this.#clicked(event));
  }

  render(state) {
    const order = state.me.role === "host" ? heirs(state).filter((one) => "succession" in one) : [];
    $("heirs-box").hidden = order.length === 0;
    if (isSame(order, this.#order)) return;
    const focused = this.#focused();
    this.#order = order;
    this.#list.replaceChildren(...order.map((one, index) => this.#row(one, index)));
    this.#refocus(focused);
  }

  #row({ person, name, picture }, index) {
    const item = this.#pattern.cloneNode(true);
    item.dataset.person = person;
    item.querySelector("[data-place]").textContent = `${index + 1}.`;
    item.querySelector("img").src = picture;
    for (const element of item.querySelectorAll("[data-name]")) element.textContent = name;
    item.querySelector('[data-move="-1"]').hidden = index === 0;
    item.querySelector('[data-move="1"]').hidden = index === this.#order.length - 1;
    return item;
  }

  #clicked(event) {
    const { person } = event.target.closest("li")?.dataset ?? {};
    const step = Number(event.target.closest("[data-move]")?.dataset.move ?? 0);
    if (event.target.closest("[data-remove-cohost]")) this.#run("remove_cohost", { person });
    else if (person && step) this.#run("order_cohosts", { persons: moved(this.#order.map((one) => one.person), person, step) });
  }

  #focused() {
    const active = document.activeElement;
    return this.#list.contains(active) ? active.closest("li").dataset.person : null;
  }

  #refocus(person) {
    if (person === null) return;
    const item = this.#list.querySelector(`[data-person="${CSS.escape(person)}"]`) ?? this.#list.firstElementChild;
    (item?.querySelector("button:not([hidden])") ?? $("people").querySelector("[data-close]")).focus();
  }
}

/** `persons` with one of them a step (-1 or 1) further. */
export function moved(persons, person, step) {
  const rest = persons.filter((one) => one !== person);
  rest.splice(persons.indexOf(person) + step, 0, person);
  return rest;
}

const isSame = (one, other) => one.length === other.length
  && one.every((seat, index) => seat.person === other[index].person && seat.name === other[index].name);
