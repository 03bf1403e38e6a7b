"""What Spaces are about: the staff's list."""

from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

# The first filling (PRODUCT.md section 2) by slug; these names have translations.
FIRST_TOPICS = {
    "business": gettext_noop("Business & Finance"),
    "music": gettext_noop("Music"),
    "sports": gettext_noop("Sports"),
    "technology": gettext_noop("Technology"),
    "gaming": gettext_noop("Gaming"),
    "world-news": gettext_noop("World News"),
    "entertainment": gettext_noop("Entertainment"),
    "arts-culture": gettext_noop("Arts & Culture"),
    "home-family": gettext_noop("Home & Family"),
    "careers": gettext_noop("Careers"),
}


class TopicQuerySet(models.QuerySet["Topic"]):
    def active(self) -> "TopicQuerySet":
        """What can be chosen; a Space keeps what it has."""
        return self.filter(is_active=True)


class Topic(models.Model):
    slug = models.SlugField(_("short name in addresses"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("can be chosen"), default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return gettext(self.name)
