/* A small count on a button: a figure to look at, words to hear, nothing at zero. */

import { number } from "./sentences.js";

export function badge(element, n, words) {
  element.hidden = n === 0;
  element.replaceChildren();
  if (n === 0) return;
  const figure = document.createElement("span");
  figure.setAttribute("aria-hidden", "true");
  figure.textContent = number(n);
  const spoken = document.createElement("span");
  spoken.className = "vh";
  spoken.textContent = words;
  element.append(figure, spoken);
}
