"""Every refusal in words, each with the way on: the one place where codes become sentences.

docs/protocol.md has the same table; the tests compare the two.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Promise] = {
    # The gate
    "sign_in": _("Sign in to do that. You can go on listening without an account."),
    "ended": _("This Space has ended. Its page tells who was there."),
    "removed": _("The host removed you from this Space. You can join any other Space."),
    "suspended": _("Your account is suspended. Write to the people who run this site."),
    "elsewhere": _("You are in this Space in another tab or on another device. Choose “Continue here” to move."),
    "taken_over": _("You went on in another tab or on another device. Choose “Continue here” to come back."),
    "not_joined": _("You are not in this Space yet. Choose Join first."),
    "signed_out": _("You signed out or have a new password. Reload the page to go on."),
    "crowded": _("Very many visitors listen from your network already. Sign in to listen too."),
    # Who may do what
    "not_allowed": _("Your role in this Space does not allow that. The host can."),
    "not_here": _("This person is not in this Space any more."),
    "already_on_stage": _("This person is on stage already."),
    "no_hand": _("This hand is down again. Wait until it is raised once more."),
    "not_on_stage": _("This person is not on stage. Choose somebody who is."),
    "stage_full": _("All ten speakers' places are taken. Move somebody to the audience first."),
    "requests_locked": _("The hosts take no more requests for now. Listen on; you can ask once they take them again."),
    "may_not_take_place": _("You cannot take a place by yourself in this Space. Raise your hand to ask for one."),
    "no_invitation": _("This invitation is not open any more. Raise your hand, or wait for another."),
    "already_invited": _("This person is invited already. Wait for their answer, or withdraw it first."),
    "not_cohost": _("This person is no co-host any more. Look again at who is."),
    "cohosts_full": _("Both places of co-hosts are taken. Make one of them a speaker first."),
    "reason_needed": _("Write a reason; the person will read it."),
    "choose_successor": _("You host this Space. Choose who goes on, or end it for everyone."),
    "successor_away": _("This person's page is not connected. Choose somebody who is here."),
    "successor_hosts_elsewhere": _("This person hosts another live Space. Choose somebody else."),
    # Starting
    "too_few_followers": _("You do not have enough followers to start a Space yet. Meanwhile you can join and speak in others."),
    "protected": _("A protected account cannot host, because everyone may listen. You can join and speak."),
    "already_hosting": _("You host a live Space already. End it or go back to it."),
    "too_many_starts": _("You started many Spaces in the last hour. Wait a little before the next."),
    # Texts, reactions, pace
    "unknown_topic": _("One of these topics is not in the list any more. Reload the page for the new one."),
    "too_many_topics": _("A Space has three topics at most. Take one away first."),
    "unknown_language": _("This language is not in the list. Choose another."),
    "text_too_long": _("This text is too long. Shorten it and try again."),
    "unknown_reaction": _("This reaction is not in the tray. Reload the page for the new one."),
    "too_fast": _("That was too fast. Wait a second, then go on."),
    # The connection
    "malformed": _("This page sent something the server does not understand. Reload the page."),
    "unknown_operation": _("This page is older or newer than the server. Reload the page."),
    "frame_too_large": _("This page sent too much at once. Reload the page."),
    "try_again": _("The server could not do that just now. Try again in a moment."),
    # Sound
    "no_relay": _("The sound is starting again. It comes back by itself."),
    "no_space": _("The sound of this Space is not ready yet. It comes by itself."),
    "bad_sdp": _("This browser's sound connection was not understood. Reload the page, or try another browser."),
    "barred": _("You cannot hear this Space any more."),
    "too_many": _("Your account has too many sound connections. Close other tabs, then try again."),
    "busy": _("All places for sound are taken. You are let in by itself when one is free."),
}


def sentence(code: str) -> str:
    """The words for a refusal's code, in the reader's language."""
    return str(SENTENCES[code])
