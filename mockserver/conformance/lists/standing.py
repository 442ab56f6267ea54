"""The jobs that lists are judged by: some of every status and type, that stand still. Knows no list."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mockserver.conformance.biography import Biography
from mockserver.conformance.errands import Errand, Wait, look
from mockserver.conformance.inquiry import Inquiry
from mockserver.conformance.recipes import Recipe, recipes_of
from mockserver.conformance.report import Part
from mockserver.conformance.rules import clients_own
from mockserver.conformance.witness import Witness

WANTED = 11  # so that they alone fill the usual page


@dataclass(kw_only=True)
class Standing:
    """Jobs of several statuses, types and both values of dry_run, which come to stand still.

    They are made for this part, one after the other, so that they are in the same order in every run; before
    it begins where another part waits for the worker anyway. Mutable: it keeps those
    that were made, by number.
    """

    inquiry: Inquiry
    jobs: dict[int, Biography] = field(default_factory=dict)

    def errands(self) -> Iterator[Errand]:
        """Yield the errands that make the jobs which are not made yet, and bring them to rest."""
        recipes = recipes_of(self.inquiry.contract.document.bundle)
        plain = [each for each in recipes if not each.needs]
        chosen = [plain[number % len(plain)] for number in range(WANTED) if plain]
        failing = [each for each in recipes if each.fails]
        for number, recipe in enumerate([*failing, *chosen]):
            if number not in self.jobs:
                yield self._to_rest(recipe, number)

    def jobs_at_rest(self) -> list[Biography]:
        """Return the jobs that stand still, oldest first; those that were not made yet are."""
        witness = self.inquiry.witness
        late = [each for each in self.jobs.values() if not witness.at_rest(each)]
        self.inquiry.run(Part.LISTS, *(_resting(witness, each) for each in late), *self.errands())
        if witness.eventual:
            self.inquiry.target.sleep(witness.eventual)
        oldest_first = sorted(self.jobs.values(), key=lambda job: job.created.at)
        made = [each for each in oldest_first if witness.at_rest(each)]
        for job in made:
            look(self.inquiry.workshop, job, poll=True)
        return [each for each in made if witness.at_rest(each)]

    def _to_rest(self, recipe: Recipe, number: int) -> Errand:
        """Make a job and let it come to rest; cancel every third that waits for a confirmation."""
        witness = self.inquiry.witness
        job = self.inquiry.workshop.make(recipe, dry_run=number % 3 != 0)
        self.jobs[number] = job
        yield Wait(job=job, until=witness.at_rest)
        by_client = clients_own(witness.lifecycle)
        if number % 3 == 1:
            for transition in witness.asks.values():
                if job.status in transition.starts and transition.to in by_client:
                    self.inquiry.workshop.ask(job, transition)
                    yield Wait(job=job, until=witness.at_rest)


def _resting(witness: Witness, job: Biography) -> Errand:
    """Let a job come to rest that was made before."""
    yield Wait(job=job, until=witness.at_rest)
