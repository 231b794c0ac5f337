"""Fixtures for tests beside the code."""

pytest_plugins = ["gonghui.kernel.testing.fixtures"]
