"""The rules staff change in the admin without a restart."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.rules.hosting import FOLLOWERS_TO_HOST
from spaces.rules.reactions import EMOJI

ONLY = 1  # the one row's number
TRAY_LIMIT = 24


def validate_tray(text: str) -> None:
    tray = text.split()
    if not 1 <= len(tray) <= TRAY_LIMIT or len(set(tray)) != len(tray):
        raise ValidationError(_("Write 1 to 24 different emoji with spaces between them."))
    if any(len(emoji) > 16 or emoji.isascii() for emoji in tray):
        raise ValidationError(_("Write emoji only."))


class InstanceRules(models.Model):
    """One row, read at the moment it matters; until staff save it, the defaults hold."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    followers_to_host = models.PositiveIntegerField(
        _("followers needed to host"), default=FOLLOWERS_TO_HOST,
        help_text=_("Inclusive; only active accounts count. 0: everybody may host."),
    )
    reactions = models.CharField(
        _("reactions"), max_length=300, default=" ".join(EMOJI), validators=[validate_tray],
        help_text=_("The emoji of the tray, with spaces between them."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("rules of this instance")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=ONLY), name="one_row_of_rules"),
        ]

    def __str__(self) -> str:
        return str(_("Rules of this instance"))

    @classmethod
    def current(cls) -> "InstanceRules":
        return cls.objects.first() or cls()

    @property
    def tray(self) -> tuple[str, ...]:
        return tuple(self.reactions.split())
