"""The lifecycle as a picture: a Mermaid state diagram, drawn from the table and nothing else."""

from mockserver.lifecycle import Asker, Lifecycle, Transition


def mermaid(lifecycle: Lifecycle) -> str:
    """Return the state diagram of *lifecycle*, each arrow with who asks for it and the transition's name.

    A client's transition to a status that its start outranks is left out: the status stays as it was.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {lifecycle.initial}"]
    rank = {status: number for number, status in enumerate(lifecycle.statuses)}
    lines += [
        f"    {start} --> {transition.to}: {_label(transition)}"
        for transition in lifecycle.transitions.values()
        for start in lifecycle.statuses
        if start in transition.starts and rank[start] < rank[transition.to]
    ]
    ends = [
        status for status in lifecycle.statuses if not any(status == start for start, _ in lifecycle.moves)
    ]
    lines += [f"    {status} --> [*]" for status in ends]
    return "\n".join(lines)


def _label(transition: Transition) -> str:
    asker = "client" if transition.by is Asker.CLIENT else "worker"
    condition = {True: ", dry run", False: ", no dry run", None: ""}[transition.dry_run]
    return f"{asker}: {transition.name}{condition}"
