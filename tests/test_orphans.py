"""What a test process has started ends with it, also when it is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.conftest import CHECKOUT

KILLED = """
import os, signal, sys
from pathlib import Path
from tests.orphans import watch

held = watch(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_folder_and_server_of_a_killed_process_are_gone_soon(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    (folder / "data").mkdir(parents=True)
    server = subprocess.Popen(["sleep", "60"])
    (folder / "data" / "postmaster.pid").write_text(f"{server.pid}\n{folder}\n")

    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], cwd=CHECKOUT, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert server.wait(timeout=30) == -signal.SIGQUIT
    until = time.monotonic() + 30
    while folder.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
