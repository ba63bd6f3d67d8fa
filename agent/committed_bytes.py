"""The files of facts on disk are those that were committed, to the byte."""

import hashlib
from typing import TYPE_CHECKING

from tools.errors import Unavailable

if TYPE_CHECKING:
    from os import stat_result
    from pathlib import Path

    from tools.store.manifest import Manifest
    from tools.store.records import DataFile

Print = tuple[int, int, int]


class CommittedBytes:
    """Compares files with the hashes of the store: once each, and again when one was touched."""

    def __init__(self, folder: "Path", manifest: "Manifest") -> None:
        """Nothing is read before the first check."""
        self._folder, self._manifest = folder, manifest
        self._version = ""
        self._listed: tuple[DataFile, ...] = ()
        self._good: dict[str, Print] = {}

    def check(self, version: str) -> None:
        """Compare every file of the committed facts, whose name `version` is.

        Raises:
            Unavailable: when a file is not the one that was committed.
            OSError: when it cannot be read.
        """
        if version != self._version:
            self._listed = self._manifest.data_files("fact")
            self._version = version
            paths = {file.path for file in self._listed}
            self._good = {path: one for path, one in self._good.items() if path in paths}
        for file in self._listed:
            path = self._folder / file.path
            seen = _print(path.stat())
            if self._good.get(file.path) != seen:
                _compare(path, file)
                self._good[file.path] = seen


def _compare(path: "Path", file: "DataFile") -> None:
    with path.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != file.sha256:
        raise Unavailable(
            f"{file.path}: the file is not the one that was committed; restore it from a backup"
        )


def _print(stat: "stat_result") -> Print:
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
