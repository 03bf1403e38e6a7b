/* Choices that this device remembers. Private windows may forbid it; then they hold for this page. */

/** What was kept under `name`, or `otherwise`. */
export function remembered(name, otherwise) {
  try {
    return localStorage.getItem(`causerie.${name}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`causerie.${name}`, value);
  } catch {
    // Not remembered.
  }
}
