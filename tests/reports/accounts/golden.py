"""Writes the golden texts of the list anew: `python -m tests.reports.accounts.golden`."""

from tests.reports.accounts.test_texts import GOLDEN, everything, written

if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in written(everything()).items():
        (GOLDEN / name).write_bytes(text.encode())
