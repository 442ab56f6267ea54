"""What is kept of a bundle is what would be made anew, and never of other documents."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.bundle_cache import bundle_of
from mockserver.contract.document import load, shipped_folder

Bundle = Mapping[str, Any]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "openapi"
    folder.mkdir()
    (folder / "openapi.yaml").write_text("a: 1", encoding="utf-8")
    return folder


@pytest.fixture
def bundle(documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Bundle], Bundle]:
    """Return a function that asks for the bundle, which would be made as it is given."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    maker = tmp_path / "maker.py"
    maker.write_text("v1", encoding="utf-8")

    def ask(made: Bundle) -> Bundle:
        return bundle_of(documents, lambda: made, maker=maker, cache=tmp_path / "cache")

    return ask


def test_a_bundle_is_made_once(bundle: Callable[[Bundle], Bundle]) -> None:
    assert [bundle({"made": 1}), bundle({"made": 2})] == [{"made": 1}, {"made": 1}]


@pytest.mark.parametrize("name", ["openapi/openapi.yaml", "openapi/new.yaml", "maker.py"])
def test_a_change_of_any_file_makes_it_anew(
    name: str, bundle: Callable[[Bundle], Bundle], tmp_path: Path
) -> None:
    bundle({"made": 1})
    (tmp_path / name).write_text("a: 2", encoding="utf-8")

    assert bundle({"made": 2}) == {"made": 2}


def test_a_file_that_is_renamed_makes_it_anew(bundle: Callable[[Bundle], Bundle], documents: Path) -> None:
    bundle({"made": 1})
    (documents / "openapi.yaml").rename(documents / "other.yaml")

    assert bundle({"made": 2}) == {"made": 2}


def test_only_the_newest_is_kept(bundle: Callable[[Bundle], Bundle], documents: Path, tmp_path: Path) -> None:
    bundle({"made": 1})
    (documents / "openapi.yaml").write_text("a: 2", encoding="utf-8")
    bundle({"made": 2})

    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_what_somebody_broke_is_made_anew(bundle: Callable[[Bundle], Bundle], tmp_path: Path) -> None:
    bundle({"made": 1})
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_bytes(b"{")

    assert bundle({"made": 2}) == {"made": 2}
    assert bundle({"made": 3}) == {"made": 2}


def test_where_nothing_can_be_written_it_is_made_each_time(
    bundle: Callable[[Bundle], Bundle], tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("no folder", encoding="utf-8")

    assert [bundle({"made": 1}), bundle({"made": 2})] == [{"made": 1}, {"made": 2}]


def test_nothing_is_kept_where_python_keeps_nothing(
    bundle: Callable[[Bundle], Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    bundle({"made": 1})

    assert not (tmp_path / "cache").exists()


def test_the_shipped_bundle_is_the_same_from_the_cache_and_from_the_documents(
    edited: Callable[..., Path],
) -> None:
    kept, anew = load(shipped_folder()), load(edited())

    assert kept.bundle == anew.bundle
    assert list(kept.bundle["paths"]) == list(anew.bundle["paths"])
