"""Every ledger test runs on SQLite and on a real PostgreSQL server, except those for only one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ledger import stories
from tests.support.postgresql import Server, running_server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("sqlite_only") is not None:
        return
    kinds = [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))]
    if metafunc.definition.get_closest_marker("postgresql_only") is None:
        kinds.insert(0, pytest.param("sqlite"))
    metafunc.parametrize("kind_of_database", kinds, indirect=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


@pytest.fixture(autouse=True)
def kind_of_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """Which database `stories.place_in` gives out in this test."""
    kind = getattr(request, "param", "sqlite")
    stories.SERVER = request.getfixturevalue("server") if kind == "postgresql" else None
    yield kind
    stories.SERVER = None
