"""Stored and public names stay, whatever the code calls them: names.json has them, `current` finds today's.

New names may come; none goes or changes. A field that is added to a stored document must not be needed, since older
documents do not have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from portal.app import create_app
from portal.settings import Settings
from tests.frozen import current
from tests.frozen.shapes import routes

NAMES: dict[str, Any] = json.loads(Path(__file__).with_name("names.json").read_text())
KEYS = ("an earlier key of the tests", "the newest key of the tests")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Litestar]:
    """The application with the demo's addresses; it is never started."""
    folder = tmp_path_factory.mktemp("names")
    url = f"sqlite:///{folder}/parley.db"
    app = create_app(Settings(_env_file=None, database_url=url, secret_keys=KEYS, environment="demo"))  # type: ignore[call-arg]
    yield app
    app.state.services.database.close()


@pytest.mark.parametrize("document", NAMES["stored documents"])
def test_a_stored_document_keeps_its_fields(document: str) -> None:
    frozen, now = NAMES["stored documents"][document], current.stored_documents()[document]
    changed = {path: (was, now.get(path)) for path, was in frozen.items() if not keeps(was, now.get(path))}
    assert not changed
    assert not [path for path in now if path not in frozen and needed(path, frozen, now)]


def keeps(was: str, now: str | None) -> bool:
    """Whether what was written then is read now: what was optional stays so, and every word is still known."""
    if now is None:
        return False
    (need, _, words), (still, _, known) = was.partition(" "), now.partition(" ")
    return (need == "required" or still == "optional") and set(words.split("|")) <= set(known.split("|"))


def needed(path: str, frozen: dict[str, str], now: dict[str, str]) -> bool:
    """Whether a document that has nothing new lacks this field: it is required, and all that it stands in is old."""
    above = path.rpartition(".")[0].rstrip("[]{}")
    return now[path].startswith("required") and (not above or above in frozen)


@pytest.mark.parametrize("frame", NAMES["frames"])
def test_a_frame_keeps_its_fields(frame: str) -> None:
    frozen, now = NAMES["frames"][frame], current.socket_frames()[frame]
    assert {path: was for path, was in frozen.items() if not keeps(was, now.get(path))} == {}


def test_events_keep_their_audience() -> None:
    assert NAMES["audiences"].items() <= current.audiences().items()


@pytest.mark.parametrize("of", NAMES["words"])
def test_words_stay(of: str) -> None:
    assert missing(NAMES["words"][of], current.words()[of]) == []


@pytest.mark.parametrize("of", ["idempotent commands", "command metrics", "settings", "cookies"])
def test_names_stay(of: str) -> None:
    assert missing(NAMES[of], getattr(current, of.replace(" ", "_"))()) == []


@pytest.mark.parametrize("of", ["command line", "tables"])
def test_names_in_names_stay(of: str) -> None:
    now = getattr(current, of.replace(" ", "_"))()
    assert {
        name: gone for name, frozen in NAMES[of].items() if (gone := missing(frozen, now.get(name)))
    } == {}


def test_the_seller_s_figures_name_nothing_that_buyers_do_among_themselves() -> None:
    private = ("room", "confer", "confide", "sign_off", "scenario")
    assert [name for name in current.command_metrics() if any(word in name for word in private)] == []


def test_metrics_keep_their_names_and_labels(app: Litestar) -> None:
    assert NAMES["prometheus"].items() <= current.prometheus(app).items()


def test_addresses_stay(app: Litestar) -> None:
    assert missing(NAMES["routes"], routes(app)) == []


def test_close_codes_stay() -> None:
    assert current.close_codes() == NAMES["close codes"]


@pytest.mark.parametrize("purpose", NAMES["signed"])
def test_what_was_signed_is_read(purpose: str) -> None:
    assert current.read_signed(purpose, NAMES["signed"][purpose], KEYS) == [purpose, 7]


def missing(frozen: list[str], now: list[str] | None) -> list[str]:
    return sorted(set(frozen) - set(now or ()))
