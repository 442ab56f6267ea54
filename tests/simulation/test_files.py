"""Uploaded and exported files."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.files import File, Files, upload_key

WRITTEN = datetime(2026, 11, 22, 1, 47, 20, 891000, tzinfo=UTC)
LATER = WRITTEN + timedelta(hours=1)
KEYS = st.text("abc/", max_size=3)


@given(KEYS, st.binary())
def test_a_file_is_found_under_its_key_as_it_was_written(key: str, content: bytes) -> None:
    files = Files().with_file(key, content, at=WRITTEN)

    assert files.get(key) == File(content=content, written_at=WRITTEN)


def test_writing_again_replaces_what_was_there() -> None:
    files = Files().with_file("a.csv", b"old", at=WRITTEN).with_file("a.csv", b"new", at=LATER)

    assert files.get("a.csv") == File(content=b"new", written_at=LATER)
    assert list(files.by_key) == ["a.csv"]


@pytest.mark.parametrize("key", ["nope.csv", "", "A.CSV", None, 1795312040891, ["a.csv"], {"key": "a.csv"}])
def test_any_other_key_has_no_file(key: object) -> None:
    assert Files().with_file("a.csv", b"x", at=WRITTEN).get(key) is None


def test_files_are_taken_away_and_unknown_keys_are_passed_over() -> None:
    files = (
        Files()
        .with_file("a", b"1", at=WRITTEN)
        .with_file("b", b"2", at=WRITTEN)
        .with_file("c", b"3", at=WRITTEN)
    )

    left = files.without("a", "c", "nope")

    assert list(left.by_key) == ["b"]


def test_a_change_leaves_the_former_files_as_they_were() -> None:
    former = Files().with_file("a", b"1", at=WRITTEN)

    changed = former.without("a").with_file("b", b"2", at=WRITTEN)

    assert list(former.by_key) == ["a"]
    assert list(changed.by_key) == ["b"]


@given(st.dictionaries(KEYS, st.binary(max_size=3)), KEYS)
def test_taking_away_what_was_just_added_leaves_the_others(contents: dict[str, bytes], key: str) -> None:
    files = Files({name: File(content=content, written_at=WRITTEN) for name, content in contents.items()})

    left = files.with_file(key, b"x", at=LATER).without(key)

    assert dict(left.by_key) == dict(files.without(key).by_key)


@pytest.mark.parametrize(
    ("filename", "key"),
    [
        pytest.param("a.csv", "1795312040891-a.csv", id="protected one"),
        pytest.param("dir/sub/c.csv", "1795312040891-c.csv", id="protected with path in name"),
        pytest.param("C:\\dir\\c.csv", "1795312040891-c.csv", id="a path of Windows"),
        pytest.param("fÃ¼.csv", "1795312040891-fÃ¼.csv", id="protected unicode name"),
        pytest.param("../../etc/passwd", "1795312040891-passwd", id="a path that climbs"),
        pytest.param("my file.csv", "1795312040891-my file.csv", id="a blank"),
        pytest.param("", "1795312040891-", id="no name"),
    ],
)
def test_an_upload_is_kept_under_its_milliseconds_and_its_bare_name(filename: str, key: str) -> None:
    assert upload_key(filename, at=WRITTEN) == key


@given(st.text())
def test_no_upload_key_holds_a_slash(filename: str) -> None:
    assert "/" not in upload_key(filename, at=WRITTEN)
