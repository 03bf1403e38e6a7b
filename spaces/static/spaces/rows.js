/* Rows of people in a list. */

/** One person; the row opens their menu. */
export function personRow({ person, handle, name, picture }, note) {
  const item = document.createElement("li");
  item.dataset.person = person;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "who" });
  button.dataset.opensPerson = "";
  if (handle) button.dataset.handle = handle;
  button.setAttribute("aria-haspopup", "dialog");
  const image = Object.assign(new Image(36, 36), { className: "avatar s", alt: "", src: picture });
  const words = Object.assign(document.createElement("span"), { className: "muted small-text", textContent: note });
  button.append(image, isolated(name, "grow clip strong"), words);
  item.append(button);
  return item;
}

/** Somebody's words, in their own direction. */
export function isolated(text, className) {
  const outer = Object.assign(document.createElement("span"), { className });
  outer.append(Object.assign(document.createElement("bdi"), { textContent: text }));
  return outer;
}
