"""What GitHub Actions shows of a run: annotations beside the documents, and the summary of the step.

Knows the workflow commands and the variables of a runner, which are handed in; it looks at no environment
itself.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mockserver.conformance.rendering import wording
from mockserver.conformance.rendering.legible import legible
from mockserver.conformance.rendering.markdown import markdown
from mockserver.conformance.rendering.places import Documents
from mockserver.conformance.report import Report, Violation

MOST_CHARACTERS = 250_000  # a summary holds 1 MiB, and a character takes four bytes at most


def announce(report: Report, environment: Mapping[str, str], documents: Documents) -> str:
    """Return the annotations to print, empty when no runner listens, and append to the summary of the step.

    environment: the process's own: GITHUB_ACTIONS is `true` in a runner, GITHUB_STEP_SUMMARY the summary's
    file.
    """
    if summary := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8", newline="\n") as file:
            file.write(markdown(report, documents, most_characters=MOST_CHARACTERS))
    return annotations(report, documents) if environment.get("GITHUB_ACTIONS") == "true" else ""


def annotations(report: Report, documents: Documents) -> str:
    """Return a workflow command for each violation, each stale deviation, and what broke the run off."""
    return "".join(f"{line}\n" for line in _commands(legible(report), documents))


def web_address(environment: Mapping[str, str], name: str) -> str:
    """Return the address of the folder *name* at the commit that the runner is at, empty outside of one."""
    keys = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    if not all(environment.get(key) for key in keys):
        return ""
    server, repository, commit = (environment[key] for key in keys)
    return f"{server}/{repository}/blob/{commit}/{name}"


def _commands(report: Report, documents: Documents) -> Iterator[str]:
    if report.trouble:
        yield _command("error", report.trouble, title="The run did not come to its end")
    yield from (_violation(each, documents) for each in report.violations)
    for stale in report.stale:
        message = f"{stale.violation} was not seen any more; strike it from the file of known deviations"
        yield _command("warning", message, title="Stale known deviation")


def _violation(violation: Violation, documents: Documents) -> str:
    location = wording.stated_at(violation, documents)[0]
    message = "\n".join(
        (
            f"{violation.operation}, {violation.where} ({wording.times(violation)})",
            f"expected: {violation.expected}",
            f"found: {violation.found}",
            wording.next_step(violation, documents),
            f"id: {violation.id}",
        )
    )
    line = {} if location.line is None else {"line": str(location.line)}
    return _command("error", message, title=violation.rule.says, file=location.file, **line)


def _command(level: str, message: str, **properties: str) -> str:
    """Return a workflow command. Source: the escapes of the toolkit's own `command.ts`."""
    shown = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {shown}::{_text(message)}"


def _text(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _text(value).replace(":", "%3A").replace(",", "%2C")
