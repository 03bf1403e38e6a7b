/* Who listens, in the People drawer: a page at a time, and searched by name or handle.

   The pages are the server's (`?q=&page=`); the first one without a search is what the stage shows. */

import { personRow } from "./rows.js";
import { number, sentence } from "./sentences.js";
import { seatOf } from "./store.js";

const $ = (id) => document.getElementById(id);
const TYPED_MS = 300; // a pause in typing
const SEARCHED_FROM = 10; // fewer are seen at a glance

export class Listeners {
  #shown = document.getElementById("audience");
  #state = null; #query = ""; #page = 1; #pages = 1; #timer = null; #asked = 0;

  constructor() {
    document.addEventListener("audience", () => this.#refresh());
    $("people-search").addEventListener("submit", (event) => { event.preventDefault(); this.#search(); });
    $("people-q").addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#search(), TYPED_MS);
    });
    $("people-pages").addEventListener("click", (event) => {
      const step = Number(event.target.closest("[data-page-step]")?.dataset.pageStep ?? 0);
      if (step) this.#show(this.#query, this.#page + step);
    });
    this.#draw(this.#shown);
  }

  render(state) {
    this.#state = state;
    if (this.#query === "") $("people-search").hidden = state.count < SEARCHED_FROM || !this.#isPaged;
    this.#hideStage();
  }

  /** The list may be older than the stage. */
  #hideStage() {
    for (const item of $("people-audience").children) item.hidden = this.#state !== null && seatOf(this.#state, item.dataset.person) !== null;
  }

  /** A server that pages says so on the list. */
  get #isPaged() {
    return this.#shown.querySelector("[data-pages]") !== null;
  }

  #search() {
    const query = $("people-q").value.trim();
    if (query !== this.#query) this.#show(query, 1);
  }

  #refresh() {
    if (this.#query === "" && this.#page === 1) this.#draw(this.#shown);
    else this.#show(this.#query, this.#page);
  }

  async #show(query, page) {
    this.#query = query;
    this.#page = page;
    const asked = (this.#asked += 1);
    const response = await fetch(`${this.#shown.dataset.address}?${new URLSearchParams({ q: query, page })}`).catch(() => null);
    if (!response?.ok || asked !== this.#asked) return; // an answer to an earlier question
    this.#draw(new DOMParser().parseFromString(await response.text(), "text/html").body);
  }

  #draw(source) {
    const people = [...source.querySelectorAll("[data-person]")].map((item) => ({
      person: item.dataset.person,
      handle: item.querySelector("[data-handle]").dataset.handle,
      name: item.querySelector(".name bdi").textContent,
      picture: item.querySelector("img").getAttribute("src"),
    }));
    const { page = "1", pages = "1" } = source.querySelector("[data-pages]")?.dataset ?? {};
    [this.#page, this.#pages] = [Number(page), Number(pages)];
    const rows = people.map((one) => personRow(one, `@${one.handle}`));
    keepFocus($("people-audience"), () => $("people-audience").replaceChildren(...rows));
    this.#hideStage();
    $("people-nobody").hidden = rows.length > 0 || this.#query !== "";
    $("people-none-found").hidden = rows.length > 0 || this.#query === "";
    this.#drawPages();
  }

  #drawPages() {
    $("people-pages").hidden = this.#pages < 2;
    $("people-page").textContent = sentence("page", { n: number(this.#page), m: number(this.#pages) });
    const [back, on] = $("people-pages").querySelectorAll("button");
    back.disabled = this.#page <= 1;
    on.disabled = this.#page >= this.#pages;
  }
}

function keepFocus(list, draw) {
  const person = list.contains(document.activeElement) ? document.activeElement.closest("li").dataset.person : null;
  draw();
  if (person) list.querySelector(`[data-person="${CSS.escape(person)}"] button`)?.focus();
}
