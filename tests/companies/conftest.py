"""One run and one home per company, shared by every test about it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.companies.runs import CompanyRun, run_company

Company = Callable[[str], CompanyRun]


@pytest.fixture(scope="session")
def company(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The morning of a company by its name, run when first asked for."""
    done: dict[str, CompanyRun] = {}

    def run(name: str) -> CompanyRun:
        if name not in done:
            done[name] = run_company(name, tmp_path_factory.mktemp(name), shared_data)
        return done[name]

    return run
