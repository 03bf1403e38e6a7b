/* What a tab remembers through a reload: its name on the server, and which Space it is in. */

const TAB = "causerie.tab";
const joinedKey = (slug) => `causerie.joined.${slug}`;

/** This tab's name on the server: kept through reloads, so that a reload is not "elsewhere". */
export function tab() {
  const known = sessionStorage.getItem(TAB);
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const fresh = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  sessionStorage.setItem(TAB, fresh);
  return fresh;
}

export const hasJoined = (slug) => sessionStorage.getItem(joinedKey(slug)) !== null;
export const rememberJoined = (slug) => sessionStorage.setItem(joinedKey(slug), "1");
export const forgetJoined = (slug) => sessionStorage.removeItem(joinedKey(slug));
