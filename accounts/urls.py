"""Addresses of people."""

from django.urls import path, register_converter

from accounts import views


class HandleConverter:
    """A handle in any case; the page of an upper-case one leads to the lower-case one."""

    regex = "[A-Za-z0-9_]{3,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(HandleConverter, "handle")

urlpatterns = [
    path("@<handle:handle>/", views.profile, name="profile"),
    path("@<handle:handle>/follow/", views.follow, name="follow"),
    path("@<handle:handle>/unfollow/", views.unfollow, name="unfollow"),
    path("@<handle:handle>/followers/", views.followers, name="followers"),
    path("@<handle:handle>/following/", views.following, name="following"),
    path("settings/profile/", views.edit_profile, name="edit_profile"),
    path("files/avatar/<slug:key>.svg", views.avatar, name="avatar"),
    path("files/<path:name>", views.picture, name="picture"),
]
