"""A folder of this process and the database server in it end with the process, however it ends.

A worker that is interrupted, terminated or killed runs nothing of its own any more. So a shell is
told of the folder when it is made, and waits at a pipe that only this process holds open.
"""

import subprocess
import tempfile
from pathlib import Path

TIDY = """
read -r _
known="$1/data/postmaster.pid"
if [ -f "$known" ]; then kill -QUIT "$(head -n 1 "$known")"; fi
for second in 0 1 2; do sleep "$second"; rm -rf "$1"; done
"""
_watched: list["subprocess.Popen[bytes]"] = []


def own_folder(prefix: str) -> Path:
    """A new temporary folder that does not outlive this process; a server lies in its `data`."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    _watched.append(watch(folder))
    return folder


def watch(folder: Path) -> "subprocess.Popen[bytes]":
    """Who tidies a folder up once its own stdin is closed; no signal to our group reaches it."""
    return subprocess.Popen(
        ["/bin/sh", "-c", TIDY, "tidy", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
