/* Sentences come from the server, in the page's language: templates/spaces/_sentences.html, and the
   refusals of spaces.sentences. */

const sentences = new Map();
let refusals = {};
let plurals = null;

/** Read them once, from the document. */
export function readSentences(document) {
  const pattern = document.getElementById("sentences");
  for (const one of pattern.content.querySelectorAll("[data-say]")) sentences.set(one.dataset.say, one.textContent);
  refusals = JSON.parse(document.getElementById("refusals")?.textContent ?? "{}");
  plurals = new Intl.PluralRules(document.documentElement.lang);
}

/** The sentence `key`, with {names} filled in. */
export function sentence(key, values = {}) {
  const text = sentences.get(key) ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** The sentence for `n` things: key.zero if there is one, else by the language's own rules. */
export function counted(key, n) {
  const exact = n === 0 && sentences.has(`${key}.zero`) ? "zero" : plurals.select(n);
  const known = sentences.has(`${key}.${exact}`) ? exact : "other";
  return sentence(`${key}.${known}`, { n: number(n) });
}

/** What a refusal's code means to a person. */
export function refusalSentence(code) {
  return refusals[code] || sentence(`refused.${code}`) || sentence("refused");
}

/** A number as the language writes it. */
export function number(n) {
  return n.toLocaleString(document.documentElement.lang);
}

/** How long somebody waits: seconds below a minute in tens, then minutes, then hours. */
export function waiting(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return sentence("seconds", { n: Math.floor(seconds / 10) * 10 });
  if (seconds < 3600) return sentence("minutes", { n: Math.floor(seconds / 60) });
  return sentence("hours", { n: Math.floor(seconds / 3600) });
}
