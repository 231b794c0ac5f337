"""Fixtures every test may use."""

from hypothesis import settings

pytest_plugins = ["gonghui.kernel.testing.fixtures"]

# A busy machine must not fail a property: examples are counted here, not timed.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
