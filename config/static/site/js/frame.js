/* The frame of every page: dialogs, the compose menu, follow buttons. Everything here also works
   without scripts: links lead to pages, forms post. */

const JSON_ONLY = { Accept: "application/json" };
const SLOW_MS = 1200; // then we say that the browser's question about the microphone is waited for

const post = (form) => fetch(form.action, { method: "POST", body: new FormData(form), headers: JSON_ONLY });

/** Links and buttons with data-open="id" open that dialog instead of following their link. */
function openDialogs(event) {
  const opener = event.target.closest("[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open);
  if (!(dialog instanceof HTMLDialogElement)) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab was asked for
  event.preventDefault();
  if (!dialog.open) dialog.showModal();
}

function closeDialogs(event) {
  const dialog = event.target.closest("dialog");
  if (!dialog || dialog.hasAttribute("data-stays")) return;
  // A click on the dialog itself, not on what it holds, is a click on the backdrop.
  if (event.target.closest("[data-close]") || (event.target === dialog && isOutside(event, dialog))) dialog.close();
}

function isOutside({ clientX, clientY }, element) {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** Ask for the microphone inside the click that starts the Space; the permission stays with the
    origin, so the live page opens it again without a question. Resolves either way. */
async function askForMicrophone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    stream.getTracks().forEach((track) => track.stop());
  } catch {
    // The live page says what is wrong, when the host unmutes.
  }
}

/** Where to go on, or null when the server refused: then the page of the plain form says why. */
async function postStart(form) {
  const response = await post(form);
  if (response.status >= 500) throw new Error(String(response.status));
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return isJson ? (await response.json()).url ?? null : null;
}

async function start(event) {
  const form = event.target.closest("form[data-start]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  form.querySelector("[data-start-refused]").hidden = true;
  const asked = askForMicrophone(); // first: it needs the click's activation
  try {
    const address = await postStart(form);
    if (address === null) form.submit();
    else await goLive(form, address, asked);
  } catch {
    button.removeAttribute("aria-busy");
    form.querySelector("[data-start-refused]").hidden = false;
  }
}

/** To the live page once the question about the microphone is answered; nobody must answer it. */
async function goLive(form, address, asked) {
  const waiting = form.querySelector("[data-start-waiting]");
  waiting.querySelector("[data-start-link]").href = address;
  const slow = setTimeout(() => { waiting.hidden = false; }, SLOW_MS);
  await asked;
  clearTimeout(slow);
  location.assign(address);
}

async function follow(event) {
  const form = event.target.closest("form[data-follow]");
  if (!form) return;
  event.preventDefault();
  const wasFollowed = form.querySelector("button").getAttribute("aria-pressed") === "true";
  try {
    const response = await post(form);
    if (!response.ok) throw new Error(String(response.status));
    showFollowing(form, !wasFollowed, (await response.json()).followers);
  } catch {
    form.submit(); // the page says what is wrong
  }
}

/** Show a follow form as following or not, turn what its next press does around, and the figure. */
function showFollowing(form, isFollowed, followers) {
  const button = form.querySelector("button");
  const { followUrl, unfollowUrl } = form.dataset;
  button.setAttribute("aria-pressed", String(isFollowed));
  button.querySelector("span").textContent = isFollowed ? button.dataset.followingText : button.dataset.followText;
  form.action = isFollowed ? unfollowUrl : followUrl;
  const handle = followUrl.match(/@(\w+)/)?.[1];
  for (const figure of document.querySelectorAll(`[data-followers-of="${handle}"]`)) figure.textContent = followers;
}

document.addEventListener("click", openDialogs);
document.addEventListener("click", closeDialogs);
document.addEventListener("submit", start);
document.addEventListener("submit", follow);
