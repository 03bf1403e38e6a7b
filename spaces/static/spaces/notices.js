/* The strip on top of the stage: what is wrong, and the way on. Three subjects, one notice each. */

const shown = new Map(); // subject → notice

const find = (name) => document.querySelector(`[data-notice="${name}"]`);

/** Show `name` for `subject` ("line", "sound", "mic"), or nothing (null). Says whether it is new. */
export function notice(subject, name) {
  const before = shown.get(subject) ?? null;
  if (before === name) return false;
  if (before) find(before).hidden = true;
  shown.set(subject, name);
  const element = name && find(name);
  if (element) element.hidden = false;
  return Boolean(element);
}

/** The words of a notice, to be announced. */
export function noticeText(name) {
  return find(name)?.querySelector("p")?.textContent.trim() ?? "";
}

/** Buttons of notices: data-do names what to run. */
export function onNotice(actions) {
  document.getElementById("notices").addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) actions[button.dataset.do]?.(button.closest("[data-notice]").dataset.notice);
  });
}
