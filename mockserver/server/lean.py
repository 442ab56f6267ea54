"""Importing less: what a library brings and a server seldom calls is put off until somebody calls it."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _Later:
    """Something in a module that is put off: who calls it, or looks into it, imports the module."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def _itself(self) -> Any:
        return getattr(importlib.import_module(self._module), self._name)

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Do what the real one does."""
        return self._itself()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._itself(), name)


class _PutOff(ModuleType):
    """Stands in for a module."""

    def __getattr__(self, name: str) -> _Later:
        if name.startswith("__"):  # the import system asks for some
            raise AttributeError(name)
        return _Later(self.__name__, name)


@contextmanager
def put_off(*modules: str) -> Iterator[None]:
    """Let what is imported meanwhile have stand-ins for *modules* that are not loaded yet.

    To call something in one of them, or to look into it, is to import it.
    """
    stand_ins = {name: _PutOff(name) for name in modules if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
