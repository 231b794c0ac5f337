"""Settings of the platform, read from the environment."""

from gonghui.site.settings.base import *  # noqa: F403
