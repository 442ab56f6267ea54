"""What a test is told of its world."""

from mockserver.pytest_plugin.world import MockWorld
from mockserver.simulation.log import MANY


def test_the_log_of_a_test_tells_the_last_of_many_exchanges(world: MockWorld) -> None:
    asked = [f"/nowhere/{number}" for number in range(MANY + 1)]

    for path in asked:
        world.anonymous.get(path)

    assert [each.path for each in world.log] == asked[1:]
