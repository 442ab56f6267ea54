"""What the world of a test is called. Knows the names that worlds may have, and no server."""

import re
from hashlib import sha256

LONGEST_LABEL = 60  # letters; a world's name may have 100


def world_name(node_id: str, *, run: str) -> str:
    """Return a name for the world of a test, which no other test has, nor the same one in another run.

    node_id: pytest's. run: what tells this run, and its worker, from all others.
    """
    label = re.sub(r"[^A-Za-z0-9]+", "-", node_id.rpartition("::")[2]).strip("-")[:LONGEST_LABEL]
    return f"{label or 'test'}-{sha256(f'{run} {node_id}'.encode()).hexdigest()[:12]}"
