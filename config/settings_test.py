"""Settings for the tests: nothing outside the process unless a test asks for it.

On SQLite; with `DATABASE_URL` set (as tests/test_postgresql.py does with the throw-away server of
tests/services.sh) the same tests run on PostgreSQL.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

if "mypy" in sys.modules:  # only reads the settings, and leaves without running exit handlers
    os.environ["CAUSERIE_VAR"] = str(Path(__file__).parent.parent / ".mypy_cache" / "var")
elif "CAUSERIE_VAR" not in os.environ:
    os.environ["CAUSERIE_VAR"] = tempfile.mkdtemp(prefix="causerie-test-")
    atexit.register(shutil.rmtree, os.environ["CAUSERIE_VAR"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "only-for-the-tests-" + "x" * 40)

from config.settings import *  # noqa: E402,F403

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
Path(STATIC_ROOT).mkdir(exist_ok=True)  # noqa: F405  WhiteNoise warns of a missing folder
ACCOUNT_RATE_LIMITS = False
CELERY_TASK_ALWAYS_EAGER = True
