/* What changed, said once: one polite role=status for those who listen, a toast for those who look. */

const GATHER_MS = 150; // several changes of one moment are one announcement
const TOAST_MS = 6000;

const $ = (id) => document.getElementById(id);
let pending = [];
let toastTimer = null;

/** Say it to screen readers, after what they are saying now. */
export function announce(text) {
  if (!text) return;
  if (pending.length === 0) setTimeout(flush, GATHER_MS);
  pending.push(text);
}

function flush() {
  const status = $("status");
  const text = pending.join(" ");
  pending = [];
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}

/** Show and say a short sentence; `action` ({ text, run }) adds one button to it. */
export function toast(text, action = null) {
  const box = $("toast");
  const button = box.querySelector("button");
  box.querySelector("span").textContent = text;
  button.hidden = action === null;
  button.textContent = action?.text ?? "";
  button.onclick = () => { box.hidden = true; action?.run(); };
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(hideToast, TOAST_MS);
  announce(text);
}

function hideToast() {
  const box = $("toast");
  if (!box.matches(":focus-within, :hover")) box.hidden = true;
  else toastTimer = setTimeout(hideToast, TOAST_MS);
}
