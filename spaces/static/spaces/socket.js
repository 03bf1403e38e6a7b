/* The socket of one open Space and tab: operations with their replies, and reconnecting.

   It knows nothing of what the frames say. States: "connecting", "open", "waiting" (for the next
   try), "closed" (on purpose). */

const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 8000;
const REPLY_WITHIN_MS = 8000;
const QUIET_MS = 15000; // after so long without a frame a returning page asks whether the line lives

/** The server's no to an operation; `code` is one of the protocol's refusal codes. */
export class Refusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** How long to wait before try number `tries` (from 0): doubled each time, with jitter, in ms. */
export function backOff(tries, random = Math.random) {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return longest * (0.5 + random() / 2);
}

export class SpaceSocket {
  #url; #onFrame; #onState; #onOpen;
  #line = null; #tries = 0; #timer = null; #nextId = 1; #waiting = new Map(); #heardAt = 0;
  state = "closed";

  /** `onOpen()` says hello on every new line; `onFrame(frame)` gets all but replies. */
  constructor(url, { onFrame, onState, onOpen }) {
    this.#url = url;
    this.#onFrame = onFrame;
    this.#onState = onState;
    this.#onOpen = onOpen;
    addEventListener("online", () => this.#now());
    document.addEventListener("visibilitychange", () => this.#checkAlive());
  }

  open() {
    if (this.state === "closed") this.#connect();
  }

  /** Close for good: nothing reconnects until `open()`. */
  close() {
    clearTimeout(this.#timer);
    this.#drop();
    this.#become("closed");
  }

  /** Ask for an operation. Resolves when it is done; rejects with a Refusal. */
  request(op, fields = {}) {
    if (this.#line?.readyState !== WebSocket.OPEN) return Promise.reject(new Refusal("offline"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle({ re: id, refused: "no_answer" }), REPLY_WITHIN_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#line.send(JSON.stringify({ op, id, ...fields }));
    });
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#become("connecting");
    const line = new WebSocket(this.#url);
    this.#line = line;
    line.onopen = () => {
      this.#heardAt = Date.now();
      this.#become("open");
      this.#onOpen();
    };
    line.onmessage = ({ data }) => this.#take(JSON.parse(data));
    line.onclose = () => line === this.#line && this.#retry();
  }

  #take(frame) {
    this.#heardAt = Date.now();
    if (frame.t !== "reply") return this.#onFrame(frame);
    if (frame.ok) this.#tries = 0;
    return this.#settle(frame);
  }

  #settle({ re, refused, ...rest }) {
    const asked = this.#waiting.get(re);
    if (!asked) return;
    this.#waiting.delete(re);
    clearTimeout(asked.timer);
    if (refused) asked.reject(new Refusal(refused));
    else asked.resolve(rest);
  }

  #retry() {
    this.#drop();
    this.#become("waiting");
    this.#timer = setTimeout(() => this.#connect(), backOff(this.#tries++));
  }

  #now() {
    if (this.state === "waiting") this.#connect();
    else this.#checkAlive();
  }

  /** A sleeping laptop or a changed network leaves lines that look open and carry nothing. */
  async #checkAlive() {
    if (this.state !== "open" || document.hidden || Date.now() - this.#heardAt < QUIET_MS) return;
    try {
      await this.request("snapshot");
    } catch (refusal) {
      if (refusal.code === "no_answer" && this.state === "open") this.#retry();
    }
  }

  #drop() {
    const line = this.#line;
    this.#line = null;
    if (line) line.onopen = line.onmessage = line.onclose = null;
    line?.close();
    for (const re of [...this.#waiting.keys()]) this.#settle({ re, refused: "offline" });
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.#onState(state);
  }
}
