"""Why a test does not get what it asked a mock server for. Knows nothing of how it was asked.

MockServerError
    MockServerRefused     the server refused, and says why
    ServerUnfit           there is no server as it was asked for
    PersonalityMissing    the server that is up is another one; the test is skipped
"""


class MockServerError(Exception):
    """Something is not as a test wants it; the message says what to change."""


class MockServerRefused(MockServerError):
    """The mock server refused what it was asked; the message is its own, and says what it takes.

    status: that of its answer; None when there was none.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ServerUnfit(MockServerError):
    """There is no server as it was asked for."""


class PersonalityMissing(MockServerError):
    """The server that is up is not like the real one that was asked for."""
