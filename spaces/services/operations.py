"""From what a page asks to the one service that does it; the socket and the plain page both go here."""

from datetime import datetime
from typing import assert_never

from accounts.models import User
from spaces import protocol
from spaces.models import Space
from spaces.protocol import Operation
from spaces.rules.details import Edit
from spaces.services import cohosts, details, hands, invitations, lifecycle, removal, stage


def serve(*, operation: Operation, by: User, space: Space, now: datetime) -> None:
    """The one service of each operation that changes the Space."""
    match operation:
        case protocol.RaiseHand(reason):
            hands.raise_hand(by=by, space=space, reason=reason, now=now)
        case protocol.LowerHand():
            hands.lower_hand(by=by, space=space, now=now)
        case protocol.Accept(person):
            hands.accept(by=by, person=person, space=space, now=now)
        case protocol.AcceptAll():
            hands.accept_all(by=by, space=space, now=now)
        case protocol.TakePlace():
            hands.take_place(by=by, space=space, now=now)
        case protocol.LockRequests():
            hands.lock_requests(by=by, space=space, now=now)
        case protocol.UnlockRequests():
            hands.unlock_requests(by=by, space=space, now=now)
        case protocol.SetWhoCanSpeak(value):
            hands.set_who_can_speak(by=by, value=value, space=space, now=now)
        case protocol.Invite(person, role):
            invitations.invite(by=by, person=person, role=role, space=space, now=now)
        case protocol.WithdrawInvitation(person):
            invitations.withdraw_invitation(by=by, person=person, space=space, now=now)
        case protocol.AcceptInvitation():
            invitations.accept_invitation(by=by, space=space, now=now)
        case protocol.DeclineInvitation():
            invitations.decline_invitation(by=by, space=space, now=now)
        case protocol.RemoveCohost(person):
            cohosts.remove_cohost(by=by, person=person, space=space, now=now)
        case protocol.OrderCohosts(persons):
            cohosts.order_cohosts(by=by, persons=persons, space=space, now=now)
        case protocol.Deny(person):
            hands.deny(by=by, person=person, space=space, now=now)
        case protocol.StepDown():
            stage.step_down(by=by, space=space, now=now)
        case protocol.Mute():
            stage.mute(by=by, space=space, now=now)
        case protocol.Unmute():
            stage.unmute(by=by, space=space, now=now)
        case protocol.MutePerson(person):
            stage.mute_person(by=by, person=person, space=space, now=now)
        case protocol.MuteAll():
            stage.mute_all(by=by, space=space, now=now)
        case protocol.AskUnmute(person):
            stage.ask_unmute(by=by, person=person, space=space, now=now)
        case protocol.MoveDown(person):
            stage.move_down(by=by, person=person, space=space, now=now)
        case protocol.Remove(person, reason):
            removal.remove(by=by, person=person, reason=reason, space=space, now=now)
        case protocol.UndoRemove(person):
            removal.undo_remove(by=by, person=person, space=space, now=now)
        case protocol.EditDetails(title, description, topics, language):
            wanted = Edit(title, description, topics, language)
            details.edit(by=by, wanted=wanted, space=space, now=now)
        case protocol.Leave(successor):
            lifecycle.leave(by=by, successor=successor, space=space, now=now)
        case protocol.End():
            lifecycle.end_space(by=by, space=space, now=now)
        case (
            protocol.Join() | protocol.React() | protocol.Resync()
            | protocol.AudioConnect() | protocol.AudioAnswer() | protocol.AudioHangup()
        ):  # fmt: skip
            raise AssertionError("served by the socket")
        case _:
            assert_never(operation)
