"""What is wrong with a body as a whole, in the words that its schema has for it."""

import pytest

from mockserver.contract.operation import Contract
from mockserver.control.app import control_document


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(control_document())


@pytest.mark.parametrize(
    "body", [[], {}, {"by": "PT1S", "to": "2030-01-01T00:00:00Z"}, {"until": {"status": "x"}}]
)
def test_an_object_that_is_wrong_as_a_whole_is_refused_by_its_sentence(
    contract: Contract, body: object
) -> None:
    reader = contract.operations["PostWorldClockAdvance"].body
    assert reader is not None

    (complaint,) = reader.complaints(body)

    assert complaint.message.startswith("give exactly one of by, a duration such as PT30S, to, an instant")


def test_every_body_has_a_sentence_of_its_own() -> None:
    document = control_document()
    bodies = [
        document.resolve(operation["requestBody"]["content"]["application/json"]["schema"])
        for _, _, operation in document.operations()
        if "requestBody" in operation
    ]

    assert len(bodies) == 8
    assert [each for each in bodies if "x-complaint" not in each and each.get("title") != "Fault"] == []
