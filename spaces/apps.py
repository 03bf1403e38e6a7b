from django.apps import AppConfig


class SpacesConfig(AppConfig):
    """Live audio rooms, called Spaces."""

    name = "spaces"

    def ready(self) -> None:
        from accounts.parts import ProfilePart, profile_parts
        from spaces import mandate, parts

        mandate.listen()
        profile_parts += [
            ProfilePart("live", "spaces/_live_part.html", parts.live_for_profile),
            ProfilePart("standing", "spaces/_standing_part.html", parts.standing_for_profile),
        ]
