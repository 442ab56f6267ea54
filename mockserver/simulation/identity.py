"""New ids: a prefix and a ULID, its chance drawn from a seed. Knows nothing of what it names."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from random import Random

from mockserver.simulation.clock import to_milliseconds

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
PAIRS = tuple(one + other for one in ALPHABET for other in ALPHABET)  # two letters, by ten bits
TIME_BITS, CHANCE_BITS = 48, 80
HALF_OF_CHANCE = (1 << 40) - 1


@lru_cache(64)
def _letters_of_time(milliseconds: int) -> str:
    """Return the first ten letters: what is named in one millisecond shares them."""
    number = milliseconds % (1 << TIME_BITS)
    return "".join([PAIRS[number >> shift & 1023] for shift in range(40, -1, -10)])


def ulid(milliseconds: int, chance: int) -> str:
    """Return the ULID of an instant and 80 bits of chance: 26 letters. Source: github.com/ulid/spec."""
    one, other = chance >> 40, chance & HALF_OF_CHANCE
    return (
        f"{_letters_of_time(milliseconds)}"
        f"{PAIRS[one >> 30]}{PAIRS[one >> 20 & 1023]}{PAIRS[one >> 10 & 1023]}{PAIRS[one & 1023]}"
        f"{PAIRS[other >> 30]}{PAIRS[other >> 20 & 1023]}{PAIRS[other >> 10 & 1023]}{PAIRS[other & 1023]}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MintState:
    """How far a mint has come.

    words: the state of a Mersenne twister: its 624 numbers, and the place in them.
    """

    seed: int | str
    words: tuple[int, ...]


class Mint:
    """Makes new ids and secrets.

    Mutable: it draws from its own seeded chance, so equal seeds give equal ids.
    """

    def __init__(self, seed: int | str) -> None:
        self._seed = seed
        self._chance = Random(seed)  # noqa: S311  # a simulation has to be repeatable

    @property
    def seed(self) -> int | str:
        """Return what the chance is drawn from."""
        return self._seed

    def branch(self, name: str) -> "Mint":
        """Return a mint with a chance of its own, so that it does not matter when it is used."""
        return Mint(f"{self._seed} {name}")

    def chance(self, name: str) -> Random:
        """Return the chance of the one thing called *name*: the same each time, whatever was drawn before."""
        return Random(f"{self._seed} {name}")  # noqa: S311  # a simulation has to be repeatable

    def forked(self) -> "Mint":
        """Return a mint that will make the same ids as this one."""
        copy: Mint = Mint.__new__(Mint)
        copy._seed, copy._chance = self._seed, Random()  # noqa: S311  # the chance is that of this one
        copy._chance.setstate(self._chance.getstate())
        return copy

    @property
    def state(self) -> MintState:
        """Return what decides all that this mint will make."""
        return MintState(seed=self._seed, words=self._chance.getstate()[1])

    @classmethod
    def resumed(cls, state: MintState) -> "Mint":
        """Return a mint that goes on from *state*. Raises ValueError where no mint ever comes to that."""
        mint: Mint = cls.__new__(cls)
        mint._seed, mint._chance = state.seed, Random()  # noqa: S311  # the chance is that of another
        mint._chance.setstate((Random.VERSION, state.words, None))
        return mint

    def id(self, prefix: str, *, at: datetime) -> str:
        """Return a new id, for example `batch_01G8T782965PYFG0751G0Z38B4`."""
        return self.id_of_millisecond(prefix, to_milliseconds(at))

    def id_of_millisecond(self, prefix: str, milliseconds: int) -> str:
        """Return a new id, as `id` does. milliseconds: since 1970."""
        return f"{prefix}_{ulid(milliseconds, self._chance.getrandbits(CHANCE_BITS))}"

    def session_id(self) -> str:
        """Return a new session id: 32 letters and digits."""
        return f"{self._chance.getrandbits(128):032x}"
