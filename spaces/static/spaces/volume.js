/* Volume 0 to 100 and "Silence the Space", remembered on this device. */

const KEY = "causerie.volume";

function remembered() {
  try {
    return { percent: 100, isSilenced: false, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { percent: 100, isSilenced: false };
  }
}

export class Volume {
  #range = document.getElementById("volume-range");
  #shown = document.getElementById("volume-shown");
  #silence = document.getElementById("silence");
  #button = document.getElementById("volume-button");
  #sound;

  constructor(sound) {
    this.#sound = sound;
    const { percent, isSilenced } = remembered();
    this.#range.value = percent;
    this.#silence.checked = isSilenced;
    for (const control of [this.#range, this.#silence]) control.addEventListener("input", () => this.#apply());
    this.#apply();
  }

  get isSilenced() {
    return this.#silence.checked || Number(this.#range.value) === 0;
  }

  #apply() {
    const percent = Number(this.#range.value);
    const isSilenced = this.#silence.checked;
    this.#sound.volume = percent;
    this.#sound.isSilenced = isSilenced;
    this.#shown.textContent = String(percent);
    this.#button.toggleAttribute("data-silent", isSilenced || percent === 0);
    try {
      localStorage.setItem(KEY, JSON.stringify({ percent, isSilenced }));
    } catch {
      // Private windows may forbid it; then it is not remembered.
    }
  }
}
