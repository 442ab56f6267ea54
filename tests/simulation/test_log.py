"""The log of a world: numbered, bounded, and told to those who watch."""

from mockserver.simulation.log import FEW, MANY, Log


def test_entries_are_numbered_in_the_order_in_which_they_came() -> None:
    log = Log()

    log.add("one")
    log.add("two")

    assert list(log.after(0)) == [(1, "one"), (2, "two")]
    assert list(log.after(1)) == [(2, "two")]
    assert log.added == 2


def test_what_came_first_is_forgotten() -> None:
    log = Log(most=2)

    list(map(log.add, "abc"))

    assert list(log.after(0)) == [(2, "b"), (3, "c")]
    assert log.added == 3


def test_a_copy_goes_its_own_way_and_remembers_more() -> None:
    log = Log()
    log.add("one")
    copy = log.forked()

    list(map(log.add, range(MANY + 1)))
    list(map(copy.add, range(MANY - 1)))

    assert len(list(log.after(0))) == FEW
    assert [entry for _, entry in copy.after(0)] == ["one", *range(MANY - 1)]


def test_the_numbers_go_on_when_all_is_forgotten() -> None:
    log = Log()
    log.add("one")

    log.clear()
    log.add("two")

    assert list(log.after(0)) == [(2, "two")]


def test_those_who_watch_are_told_of_every_entry_and_of_the_end() -> None:
    log, told = Log(), []
    log.watchers.add(lambda: told.append((log.added, log.is_closed)))

    log.add("one")
    log.close()

    assert told == [(1, False), (1, True)]


def test_nobody_watches_a_copy() -> None:
    log, told = Log(), []
    log.watchers.add(lambda: told.append("told"))

    log.forked().add("one")

    assert told == []
