/* Contrast of the tokens, light and dark, and of white on every stop of the gradients, which axe
   cannot judge (WCAG 2.2, 1.4.3 and 1.4.11). */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = (name) => readFileSync(new URL(`../../config/static/site/css/${name}`, import.meta.url), "utf8");
const tokens = css("tokens.css");

/** A token's two colours, light and dark, as #rrggbb. */
function token(name) {
  const value = tokens.match(new RegExp(`--${name}: ([^;]+);`))[1].trim();
  const both = value.match(/^light-dark\((.+?), (.+)\)$/);
  return (both ? both.slice(1) : [value, value]).map(resolved);
}

const resolved = (value) => (value.startsWith("var(") ? token(value.slice(6, -1))[0] : value.toLowerCase());

function luminance(colour) {
  const [, r, g, b] = colour.match(/^#(..)(..)(..)$/);
  const linear = (hex) => {
    const c = parseInt(hex, 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function atLeast(ratio, front, back, label) {
  const found = contrast(front, back);
  assert.ok(found >= ratio, `${label}: ${found.toFixed(2)} is below ${ratio}`);
}

const TEXT = [
  ["text", "bg"], ["text", "surface"], ["text", "surface-2"], ["text", "surface-3"],
  ["muted", "bg"], ["muted", "surface"], ["muted", "surface-2"],
  ["brand-text", "surface"], ["brand-text", "bg"], ["brand-text", "brand-soft"],
  ["danger", "surface"], ["danger", "danger-soft"],
  ["warn", "warn-soft"], ["ok", "ok-soft"],
  ["text", "warn-soft"], ["text", "danger-soft"], ["text", "ok-soft"], ["text", "brand-soft"],
];
const SHAPES = [["field-line", "surface"], ["brand", "surface"], ["focus", "bg"], ["focus", "surface"]];

for (const [ratio, pairs] of [[4.5, TEXT], [3, SHAPES]]) {
  for (const [front, back] of pairs) {
    test(`${front} on ${back} is at least ${ratio} to 1, light and dark`, () => {
      ["light", "dark"].forEach((theme, i) => atLeast(ratio, token(front)[i], token(back)[i], theme));
    });
  }
}

test("white can be read on the fills of buttons and of LIVE", () => {
  for (const name of ["brand-fill", "brand-fill-hover", "live"]) atLeast(4.5, "#ffffff", token(name)[0], name);
});

test("the live card's and bubble's text can be read on every stop of their gradients", () => {
  const gradients = [...css("cards.css").matchAll(/\.(?:card\.live|bubble) \{[^&]*?background: ([^;]+);/g)].map((found) => found[1]);
  assert.equal(gradients.length, 2);
  for (const gradient of gradients) {
    for (const [stop] of gradient.matchAll(/#[0-9a-f]{6}|var\(--[\w-]+\)/g)) atLeast(4.5, "#ffffff", resolved(stop), stop);
  }
});
