"""Run a command on a terminal, as a person would."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path


def on_a_terminal(command: Sequence[str], cwd: Path) -> str:
    """What a command shows of both its streams on a terminal, outside of CI."""
    leader, follower = pty.openpty()
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "PRE_COMMIT", "GITHUB_ACTIONS")
    }
    with subprocess.Popen(command, cwd=cwd, env=env, stdin=follower, stdout=follower, stderr=follower):
        os.close(follower)
        shown = b""
        try:
            while part := os.read(leader, 65536):
                shown += part
        except OSError:  # Linux says so where the other end is closed
            pass
    os.close(leader)
    return shown.decode()
