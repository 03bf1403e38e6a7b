/* The Space's link: the system's own share sheet where there is one, else a dialog to copy it from. */

import { toast } from "./announce.js";
import { sentence } from "./sentences.js";

const $ = (id) => document.getElementById(id);

export function startSharing() {
  $("share-button").addEventListener("click", share);
  $("share-form").addEventListener("submit", copyLink);
  $("share-button").hidden = false;
}

async function share() {
  if (!navigator.share) return $("share").showModal();
  const title = document.querySelector("h1").textContent;
  return navigator.share({ title, url: $("share-link").value }).catch(() => {}); // changed their mind
}

async function copyLink() {
  $("share-link").select();
  try {
    await navigator.clipboard.writeText($("share-link").value);
  } catch {
    document.execCommand("copy"); // the clipboard interface is only for secure pages
  }
  toast(sentence("copied"));
}
