/* How much is announced to a screen reader: everything, what matters (the default), or one's own only. */

import { remember, remembered } from "./remembered.js";
import { VERBOSITY } from "./telling.js";

export class Verbosity {
  #select = document.getElementById("verbosity");

  constructor() {
    this.#select.value = remembered("announced", "important");
    if (!this.#select.value) this.#select.value = "important";
    this.#select.addEventListener("change", () => remember("announced", this.#select.value));
  }

  /** Whether something that `matters` so much is said. */
  lets(matters) {
    return matters <= VERBOSITY[this.#select.value];
  }
}
