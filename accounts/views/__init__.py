"""Pages of people, one subject a file."""

from accounts.views.follows import follow, followers, following, unfollow
from accounts.views.pictures import avatar, picture
from accounts.views.profile import edit_profile, profile

__all__ = [
    "avatar",
    "edit_profile",
    "follow",
    "followers",
    "following",
    "picture",
    "profile",
    "unfollow",
]
