/* The menu of a person: who they are, profile and follow; for hosts what they may do about them. */

import { sentence } from "./sentences.js";
import { handOf, invitationOf, isHosting, mayManage, seatOf } from "./store.js";

const $ = (id) => document.getElementById(id);

/* Buttons that are one operation with a field. */
const OPERATIONS = { invite_speaker: ["invite", { role: "speaker" }], invite_cohost: ["invite", { role: "cohost" }] };

export class PersonMenu {
  #dialog = $("person-dialog");
  #removing = $("remove-form");
  #run; #person = null; #state = null;

  /** `run(op, person, fields)` asks for an operation and resolves to whether it was done. */
  constructor(run) {
    this.#run = run;
    document.addEventListener("click", (event) => {
      const item = event.target.closest("[data-person]");
      if (item && event.target.closest(".person, [data-opens-person]")) this.open(item.dataset.person);
    });
    $("person-manage").addEventListener("click", (event) => this.#clicked(event));
    this.#removing.addEventListener("submit", (event) => this.#remove(event));
  }

  render(state) {
    this.#state = state;
    if (this.#dialog.open && this.#person) this.#draw();
  }

  open(person) {
    const found = this.#find(person);
    if (!found) return;
    this.#person = found;
    this.#foldRemoval(true);
    this.#removing.reset();
    this.#draw();
    this.#fetchFollow(found.handle);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Somebody of the stage, the queue or the audience list. */
  #find(person) {
    const seat = seatOf(this.#state, person) ?? handOf(this.#state, person)?.card ?? invitationOf(this.#state, person)?.card;
    if (seat) return { ...seat, person };
    const button = document.querySelector(`[data-person="${CSS.escape(person)}"] [data-handle]`);
    return button && {
      person,
      handle: button.dataset.handle,
      name: button.querySelector("bdi").textContent,
      picture: button.querySelector("img").getAttribute("src"),
    };
  }

  #draw() {
    const { person, handle, name, picture } = this.#person;
    const seat = seatOf(this.#state, person);
    const role = seat?.role ?? "listener";
    $("person-picture").src = picture;
    $("person-h").querySelector("bdi").textContent = name;
    $("person-handle").textContent = `@${handle}`;
    $("person-role").textContent = sentence(`role.${role}`);
    $("person-profile").href = `/@${handle}/`;
    const hand = handOf(this.#state, person);
    $("person-reason").textContent = hand?.card?.reason ?? "";
    $("person-reason").hidden = !hand?.card?.reason;
    this.#drawManage({ person, role, seat, hand });
  }

  #drawManage({ person, role, seat, hand }) {
    const isOther = person !== this.#state.me.person;
    $("person-manage").hidden = !(isHosting(this.#state) && isOther && mayManage(this.#state, role));
    const shows = {
      accept: hand, deny: hand, mute_person: seat && !seat.muted, move_down: seat, ask_remove: true,
      ...this.#invitations({ person, role, seat, hand }),
    };
    for (const [action, isShown] of Object.entries(shows)) {
      document.querySelector(`[data-manage="${action}"]`).hidden = !isShown;
    }
  }

  /** What a server has that knows invitations. */
  #invitations({ person, role, seat, hand }) {
    if (!this.#state.invited) return {};
    const isHost = this.#state.me.role === "host";
    const invitation = invitationOf(this.#state, person);
    return {
      invite_speaker: !seat && !hand && !invitation,
      invite_cohost: isHost && role !== "cohost" && !invitation,
      withdraw_invitation: invitation && (isHost || invitation.role === "speaker"),
      ask_unmute: seat?.muted && seat.present,
      remove_cohost: isHost && role === "cohost" && "succession" in seat,
    };
  }

  async #clicked(event) {
    const action = event.target.closest("[data-manage]")?.dataset.manage;
    if (!action) return;
    if (action === "ask_remove") return this.#foldRemoval(!this.#removing.hidden);
    const [op, fields] = OPERATIONS[action] ?? [action, {}];
    if (await this.#run(op, this.#person, fields)) this.#dialog.close();
  }

  #foldRemoval(isFolded) {
    this.#removing.hidden = isFolded;
    document.querySelector('[data-manage="ask_remove"]').setAttribute("aria-expanded", String(!isFolded));
    if (!isFolded) $("remove-reason").focus();
  }

  async #remove(event) {
    event.preventDefault();
    const reason = $("remove-reason").value.trim();
    if (await this.#run("remove", this.#person, { reason })) this.#dialog.close();
  }

  /** The follow button of their profile page, as it is there: with its state, its form and its token. */
  async #fetchFollow(handle) {
    const place = $("person-follow");
    place.replaceChildren();
    try {
      const response = await fetch(`/@${handle}/`);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const form = page.querySelector(`form[data-follow][data-follow-url="/@${handle}/follow/"]`);
      if (form && this.#person.handle === handle) place.replaceChildren(document.importNode(form, true));
    } catch {
      // Without the profile there is no follow button; the link to it remains.
    }
  }
}
