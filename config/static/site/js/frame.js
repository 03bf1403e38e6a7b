/* The frame of every page: dialogs, the compose menu, follow buttons. Everything here also works
   without scripts: links lead to pages, forms post. */

const reveal = (element) => { if (element) element.hidden = false; };

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
  if (!dialog) return;
  // A click on the dialog itself, not on what it holds, is a click on the backdrop.
  if (event.target.closest("[data-close]") || (event.target === dialog && !dialog.hasAttribute("data-stays"))) dialog.close();
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

async function postStart(form) {
  const response = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (!response.ok && response.status >= 500) throw new Error(String(response.status));
  return response.redirected ? response.url : null;
}

async function start(event) {
  const form = event.target.closest("form[data-start]");
  if (!form || !window.fetch || event.defaultPrevented) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const refused = form.querySelector("[data-start-refused]");
  refused.hidden = true;
  const asked = askForMicrophone(); // first: it needs the click's activation
  try {
    const address = await postStart(form);
    if (address === null) return form.submit(); // refused: the page says why
    const waiting = form.querySelector("[data-start-waiting]");
    waiting.querySelector("[data-start-link]").href = address;
    const slow = setTimeout(reveal, 1200, waiting);
    await asked;
    clearTimeout(slow);
    location.assign(address);
  } catch {
    button.removeAttribute("aria-busy");
    reveal(refused);
  }
}

/** Show a follow form as following or not, and turn what its next press does around. */
export function showFollowing(form, isFollowed) {
  const button = form.querySelector("button");
  button.setAttribute("aria-pressed", String(isFollowed));
  button.querySelector("span").textContent = isFollowed ? button.dataset.followingText : button.dataset.followText;
  form.action = isFollowed ? form.dataset.unfollowUrl : form.dataset.followUrl;
}

async function follow(event) {
  const form = event.target.closest("form[data-follow]");
  if (!form) return;
  event.preventDefault();
  const wasFollowed = form.querySelector("button").getAttribute("aria-pressed") === "true";
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const { followers } = await response.json();
    for (const count of document.querySelectorAll(`[data-followers-of="${form.dataset.follow}"]`)) count.textContent = followers;
    showFollowing(form, !wasFollowed);
  } catch {
    form.submit(); // the page says what is wrong
  }
}

document.addEventListener("click", openDialogs);
document.addEventListener("click", closeDialogs);
document.addEventListener("submit", start);
document.addEventListener("submit", follow);
