from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """Live audio rooms, called Spaces."""

    name = "spaces"
