/* Scripts and templates agree: what a script looks up by name stands in a template. */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const folder = (path, end) => readdirSync(new URL(`../../${path}/`, import.meta.url)).filter((name) => name.endsWith(end));

const scripts = Object.fromEntries(folder("spaces/static/spaces", ".js").map((name) => [name, read(`spaces/static/spaces/${name}`)]));
const html = folder("templates/spaces", ".html").map((name) => read(`templates/spaces/${name}`)).join("\n");
const all = Object.values(scripts).join("\n");
const found = (text, pattern) => new Set([...text.matchAll(pattern)].map((match) => match[1]));

const said = found(html, /data-say="([^"]+)"/g);
const ids = new Set([...found(html, /\bid="([^"{]+)"/g), "status"]);

test("every sentence a script says is in the page", () => {
  const keys = found(all, /(?:sentence|text: sentence)\("([^"]+)"/g);
  assert.deepEqual([...keys].filter((key) => !said.has(key)), []);
});

test("every sentence chosen by an event is in the page", () => {
  const keys = found(scripts["telling.js"], /"((?:you|stage|hand|removed|ended|invited|permission|host|notice)\.[a-z_.]+)"/g);
  assert.deepEqual([...keys].filter((key) => !said.has(key)), []);
});

test("every counted sentence has one and other", () => {
  const keys = found(all, /counted\("([^"]+)"/g);
  assert.deepEqual([...keys].filter((key) => !said.has(`${key}.one`) || !said.has(`${key}.other`)), []);
});

test("every element a script looks up by id is in the page", () => {
  const wanted = found(all, /(?:\$|getElementById)\("([^"]+)"\)/g);
  const optional = new Set(["refusals", "snapshot", "out-h", "out-text"]); // made by json_script; moved by leaving.js
  assert.deepEqual([...wanted].filter((id) => !ids.has(id) && !optional.has(id)), []);
});

test("every problem of the microphone and the sound has its notice", () => {
  const problems = [...found(scripts["microphone.js"], /(?:return|#say\(|#fail\()\s*"([a-z_]+)"/g), "silent", "muted_talking"];
  const notices = [...problems.map((one) => `mic-${one}`), ...found(scripts["troubles.js"], /: "([a-z-]+)"/g), "tap", "reconnecting", "host-first",
    ...found(scripts["continuity.js"], /(?:return|:|\?) "([a-z-]+)"/g), "unmute-asked", "invited"];
  assert.ok(problems.length >= 8);
  assert.deepEqual(notices.filter((name) => !html.includes(`data-notice="${name}"`)), []);
});

test("every button of a notice does something", () => {
  const names = found(html, /data-do="([^"]+)"/g);
  const does = scripts["page.js"].slice(scripts["page.js"].indexOf("onNotice({"));
  assert.deepEqual([...names].filter((name) => !does.includes(`${name}"`) && !does.includes(`${name}:`)), []);
});

test("no script says a sentence of its own", () => {
  const words = [...all.matchAll(/(?:textContent|innerText|placeholder|ariaLabel)\s*[:=]\s*["'`]([A-Za-z][^"'`]*)/g)].map((match) => match[1]);
  assert.deepEqual(words, []);
});
