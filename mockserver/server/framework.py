"""Connexion, and the one door through which it comes.

Importing it brings a test client, two HTTP clients, a template engine and, where it is installed, Flask.
A server calls them seldom or never, so they are put off until somebody does. It would also judge the document
once more, slowly; ours has been judged by the compiled schema, so it is taken as it is.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from mockserver.server.lean import put_off

PUT_OFF = (
    "connexion.apps.flask",
    "connexion.frameworks.flask",
    "httpx",
    "jinja2",
    "requests",
    "starlette.templating",
    "starlette.testclient",
)


with put_off(*PUT_OFF):
    # Connexion imports itself whole, whatever is asked for: what one engine alone needs costs no other
    from connexion.datastructures import MediaTypeDict
    from connexion.exceptions import BadRequestProblem, NonConformingResponse, ProblemException
    from connexion.lifecycle import ConnexionRequest
    from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware, SpecMiddleware
    from connexion.middleware.main import API, ConnexionMiddleware
    from connexion.middleware.request_validation import RequestValidationMiddleware
    from connexion.middleware.response_validation import ResponseValidationMiddleware
    from connexion.middleware.routing import RoutingMiddleware
    from connexion.middleware.security import SecurityMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations.abstract import AbstractOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver
    from connexion.security import ApiKeySecurityHandler, BearerSecurityHandler
    from connexion.spec import OpenAPISpecification, Specification
    from connexion.validators import VALIDATOR_MAP
    from connexion.validators.form_data import MultiPartFormDataValidator
    from connexion.validators.parameter import ParameterValidator

__all__ = [
    "ROUTING_CONTEXT",
    "VALIDATOR_MAP",
    "AbstractOperation",
    "ApiKeySecurityHandler",
    "BadRequestProblem",
    "BearerSecurityHandler",
    "ConnexionRequest",
    "Framework",
    "MediaTypeDict",
    "MultiPartFormDataValidator",
    "NonConformingResponse",
    "ParameterValidator",
    "ProblemException",
    "RequestValidationMiddleware",
    "Resolver",
    "ResponseValidationMiddleware",
    "RoutedAPI",
    "RoutedMiddleware",
    "RoutingMiddleware",
    "SecurityMiddleware",
    "SpecMiddleware",
    "Specification",
    "SwaggerUIMiddleware",
    "SwaggerUIOptions",
]

Fit = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class _JudgedSpecification(OpenAPISpecification):
    """A document that `contract.document` has judged."""

    @classmethod
    def _validate_spec(cls, spec: Mapping[str, Any]) -> None:
        """Take *spec* as it is."""

    def fit(self, fit: Fit) -> None:
        """Let Connexion read what *fit* makes of the document; what it shows stays as it is."""
        self._spec = fit(self._spec)


class Framework(ConnexionMiddleware):
    """Connexion's middlewares around an application, for one document that has been judged."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Coroutine[Any, Any, None]:
        """Hand a request to the outermost middleware, as Connexion's does in a coroutine of its own."""
        if self.middleware_stack is None:
            return super().__call__(scope, receive, send)
        scope["app"] = self
        return cast("Coroutine[Any, Any, None]", self.app(scope, receive, send))

    def add_bundle(self, bundle: Mapping[str, Any], *, fit: Fit | None = None) -> None:
        """Serve the operations of *bundle*. fit: makes of it, resolved, what Connexion can read."""
        specification = _JudgedSpecification(dict(bundle))  # type: ignore[no-untyped-call]  # it is
        if fit is not None:
            specification.fit(fit)
        self.apis.append(API(specification, base_path=None, **self.options.__dict__))
