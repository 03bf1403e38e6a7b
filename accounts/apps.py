from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and what they are to each other."""

    name = "accounts"
