"""Rows of the spaces app, one subject a file."""

from spaces.models.instance_rules import InstanceRules
from spaces.models.invitation import Invitation
from spaces.models.participant import Participant
from spaces.models.presence import Attendance, WebProcess
from spaces.models.reaction import ReactionTotal
from spaces.models.space import Space
from spaces.models.speak_request import SpeakRequest
from spaces.models.timer import Timer
from spaces.models.topic import Topic

__all__ = [
    "Attendance",
    "InstanceRules",
    "Invitation",
    "Participant",
    "ReactionTotal",
    "Space",
    "SpeakRequest",
    "Timer",
    "Topic",
    "WebProcess",
]
