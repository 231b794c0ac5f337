"""Fixtures every test may use."""

pytest_plugins = ["gonghui.kernel.testing.fixtures"]
