/* What changed, said once: one polite role=status for those who listen, a toast for those who look.

   Behind a modal dialog everything is inert, also for screen readers: there the dialog has a status
   of its own, and the toast moves into it. */

const GATHER_MS = 150; // several changes of one moment are one announcement
const TOAST_MS = 6000;

const $ = (id) => document.getElementById(id);
let pending = [];
let toastTimer = null;

/** Once, before the first announcement. */
export function startAnnouncing() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.append(ownStatus());
  document.addEventListener("close", ({ target }) => target.contains($("toast")) && topmost().append($("toast")), { capture: true });
}

function ownStatus() {
  const status = Object.assign(document.createElement("p"), { className: "vh" });
  status.setAttribute("role", "status");
  return status;
}

/** The dialog in front, or the page. */
function topmost() {
  return document.activeElement?.closest("dialog[open]") ?? [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
}

/** Say it to screen readers, after what they are saying now. */
export function announce(text) {
  if (!text) return;
  if (pending.length === 0) setTimeout(flush, GATHER_MS);
  pending.push(text);
}

function flush() {
  const regions = [$("status"), topmost().querySelector(":scope > [role=status]")];
  const text = pending.join(" ");
  pending = [];
  for (const region of regions) region.textContent = "";
  requestAnimationFrame(() => { for (const region of regions) region.textContent = text; });
}

/** Show and say a short sentence; `action` ({ text, run }) adds one button to it. */
export function toast(text, action = null) {
  const box = $("toast");
  const button = box.querySelector("button");
  box.querySelector("span").textContent = text;
  button.hidden = action === null;
  button.textContent = action?.text ?? "";
  button.onclick = () => { box.hidden = true; action?.run(); };
  if (box.parentElement !== topmost()) topmost().append(box);
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
