from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The composition root: the only package that knows every app."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers them
