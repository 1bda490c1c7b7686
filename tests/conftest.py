"""Settings for all tests."""

from hypothesis import settings

# A machine that is busy makes no example wrong.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
