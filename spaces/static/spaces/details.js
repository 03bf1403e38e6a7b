/* Title, description, topics and language: shown as they are now, and edited by hosts. */

import { number } from "./sentences.js";
import { isHosting } from "./store.js";

const $ = (id) => document.getElementById(id);
const MOST_TOPICS = 3;

export class Details {
  #dialog = $("edit");
  #form = $("edit-form");
  #place = { title: document.querySelector("[data-title]"), description: document.querySelector("[data-description]"),
    topics: document.querySelector("[data-topics]"), language: document.querySelector("[data-language]") };
  #suffix = document.title.replace(document.querySelector("[data-title]").textContent, ""); // " · LIVE · Causerie"
  #state = null; #save;

  /** `save(fields)` resolves to nothing, or to the sentence of a refusal. */
  constructor(save) {
    this.#save = save;
    $("edit-button").addEventListener("click", () => this.#open());
    this.#form.addEventListener("submit", (event) => this.#submitted(event));
    this.#form.addEventListener("change", () => this.#limitTopics());
  }

  render(state) {
    const { title, description, topics, language } = state.space;
    if (state.space !== this.#state?.space) {
      this.#place.title.textContent = title;
      this.#place.description.textContent = description;
      this.#place.topics.replaceChildren(...(topics ?? []).map((topic) => chip(this.#nameOf(topic))));
      this.#drawLanguage(language);
    }
    this.#state = state;
    $("edit-button").hidden = !(isHosting(state) && this.#mayEdit);
    this.#drawTitle(isHosting(state) ? state.hands.length : 0);
  }

  /** The server that knows topics knows how to edit them. */
  get #mayEdit() {
    return $("edit-topics") !== null;
  }

  /** A topic's name in the page's language, if it is still one of the list. */
  #nameOf({ slug, name }) {
    return this.#boxes().find((box) => box.value === slug)?.parentElement.textContent.trim() ?? name;
  }

  /** "(2) Evening news · LIVE · Causerie": LIVE and, for hosts, how many ask to speak. */
  #drawTitle(requests) {
    const text = `${requests > 0 ? `(${number(requests)}) ` : ""}${this.#state.space.title}${this.#suffix}`;
    if (document.title !== text) document.title = text;
  }

  #drawLanguage(code) {
    const option = [...$("edit-language").options].find((one) => one.value === code);
    if (!option) return;
    this.#place.language.textContent = option.text;
    this.#place.language.lang = code;
  }

  #open() {
    const { title, description, topics, language } = this.#state.space;
    const { elements } = this.#form;
    elements.title.value = title;
    elements.description.value = description;
    elements.language.value = language;
    const chosen = new Set(topics.map(({ slug }) => slug));
    for (const box of this.#boxes()) box.checked = chosen.has(box.value);
    this.#limitTopics();
    this.#problem("");
    this.#dialog.showModal();
  }

  #boxes() {
    return [...this.#form.querySelectorAll("[name=topics]")];
  }

  /** Three are chosen: the others wait until one is taken back. */
  #limitTopics() {
    const boxes = this.#boxes();
    const isFull = boxes.filter((box) => box.checked).length >= MOST_TOPICS;
    for (const box of boxes) box.disabled = isFull && !box.checked;
  }

  async #submitted(event) {
    event.preventDefault();
    const { title, description, language } = this.#form.elements;
    const topics = this.#boxes().filter((box) => box.checked).map((box) => box.value);
    const problem = await this.#save({ title: title.value.trim(), description: description.value.trim(), topics, language: language.value });
    if (problem) this.#problem(problem);
    else this.#dialog.close();
  }

  #problem(text) {
    $("edit-problem").querySelector("span").textContent = text;
    $("edit-problem").hidden = text === "";
  }
}

function chip(textContent) {
  return Object.assign(document.createElement("span"), { className: "chip brand", textContent });
}
