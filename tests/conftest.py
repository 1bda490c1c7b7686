"""Settings for all tests."""

import os

from hypothesis import settings

# A machine that is busy makes no example wrong.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# What changes what the tool prints or finds, on a machine where these tests happen to run.
for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "REWRITE_REFS_REGISTRY", "NO_COLOR", "FORCE_COLOR"):
    os.environ.pop(name, None)
