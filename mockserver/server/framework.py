"""Connexion, and the one door through which it comes.

Importing it brings a test client and two HTTP clients that a server never calls; they are put off until
somebody does. It would also judge the document once more, slowly; ours has been judged by the compiled
schema, so it is taken as it is.
"""

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

PUT_OFF = ("starlette.testclient", "httpx", "requests")


class _TestClient:
    """Stands in for Starlette's test client: to make one is to make the real one."""

    def __new__(cls, *arguments: Any, **options: Any) -> Any:
        return importlib.import_module("starlette.testclient").TestClient(*arguments, **options)


class _PutOff(ModuleType):
    """Stands in for a module until somebody looks into it."""

    TestClient = _TestClient

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for some
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _lean() -> Iterator[None]:
    """Let what is imported meanwhile have stand-ins for the modules that are put off."""
    stand_ins = {name: _PutOff(name) for name in PUT_OFF if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


with _lean():
    from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedAPI, RoutedMiddleware, SpecMiddleware
    from connexion.middleware.main import API, ConnexionMiddleware
    from connexion.middleware.swagger_ui import SwaggerUIMiddleware
    from connexion.operations.abstract import AbstractOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "ROUTING_CONTEXT",
    "AbstractOperation",
    "Framework",
    "Resolver",
    "RoutedAPI",
    "RoutedMiddleware",
    "SpecMiddleware",
    "Specification",
    "SwaggerUIMiddleware",
    "SwaggerUIOptions",
]


class _JudgedSpecification(OpenAPISpecification):
    """A document that `contract.document` has judged."""

    @classmethod
    def _validate_spec(cls, spec: Mapping[str, Any]) -> None:
        """Take *spec* as it is."""


class Framework(ConnexionMiddleware):
    """Connexion's middlewares around an application, for one document that has been judged."""

    def add_bundle(self, bundle: Mapping[str, Any]) -> None:
        """Serve the operations of *bundle*."""
        specification: Specification = _JudgedSpecification(dict(bundle))  # type: ignore[no-untyped-call]  # it is
        self.apis.append(API(specification, base_path=None, **self.options.__dict__))
