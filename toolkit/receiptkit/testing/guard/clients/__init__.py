"""
The clients that the guard sees, one module each.

A new module in this folder is found by itself. It has:

    MODULE   the name of the module that it wraps, as one imports it
    wrap     a function that takes that module and `Patches`, and wraps what the code under test
        calls
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from receiptkit.testing.guard.patches import Patches

Wrap = Callable[[ModuleType, Patches], None]


@cache
def by_module() -> dict[str, Wrap]:
    """Return the functions that wrap clients, by the names of the modules that they wrap."""
    modules = [import_module(f"{__name__}.{info.name}") for info in iter_modules(__path__)]
    return {module.MODULE: module.wrap for module in modules}
