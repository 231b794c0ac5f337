"""Settings of the test suite: fast password hashing, everything else as it is served."""

from gonghui.site.settings.base import *  # noqa: F403

SECRET_KEY = "test-only-not-a-secret"
# Without `collectstatic` there is no manifest of hashed names.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Test databases are made by their owner; tests of row-level security take the role themselves.
WORKS_AS_OWNER = True
DATABASES["default"]["OPTIONS"].pop("options", None)  # noqa: F405
if name := os.environ.get("GONGHUI_TEST_DB"):  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": name}  # noqa: F405
# A database already migrated, copied for each process of a test run.
if template := os.environ.get("GONGHUI_TEST_TEMPLATE"):  # noqa: F405
    DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template  # noqa: F405
# Transactional tests empty every table between them, the append-only audit tables included.
DATABASES["default"]["OPTIONS"]["options"] = "-c gonghui.may_empty=on"  # noqa: F405
# Lookups of codes and parameters read the shipped files, so query counts stay constant.
CODES_REFRESH_SECONDS = None
CONFIG_REFRESH_SECONDS = None
# One address and few people ask for everything here; the tests of the limits switch them on.
RATE_LIMITS = False
RATE_EXCHANGE_SECONDS = None
# Calls are counted in memory; a test that wants them written down says so.
CALLS_WRITTEN_SECONDS = None
