"""Explain wrong arguments of public functions: an error of ours in one line, at no cost before."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from receiptkit.model.display import shown
from receiptkit.model.errors import ReceiptkitError, UsageError

_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")
_CAUGHT = (TypeError, AttributeError, LookupError, ValueError, ArithmeticError)
#: The errors that a value of the right type can cause.
_OF_VALUES = (ValueError, ArithmeticError)


def explained(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return a function that raises `UsageError` if it fails because of an argument."""
    name = function.__qualname__
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def answer(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            try:
                return await function(*args, **kwargs)
            except _CAUGHT as error:
                _explain(function, name, args, kwargs, error)
                raise

        return answer  # type: ignore[return-value] # a coroutine function, too
    if inspect.isgeneratorfunction(function):

        @wraps(function)
        def items(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            try:
                yield from function(*args, **kwargs)
            except _CAUGHT as error:
                _explain(function, name, args, kwargs, error)
                raise

        return items

    @wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except _CAUGHT as error:
            _explain(function, name, args, kwargs, error)
            raise

    return call


def explained_methods(cls: type[_T]) -> type[_T]:
    """Return a class whose public methods, and whose making, are `explained`."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_") and name != "__init__":
            continue
        if isinstance(member, classmethod):
            setattr(cls, name, classmethod(explained(member.__func__)))
        elif inspect.isfunction(member):
            setattr(cls, name, explained(member))
    return cls


def demand_number(value: Any, name: str) -> None:
    """Raise `UsageError` if an argument is not a number, where `explained` would take too long."""
    if not isinstance(value, (int, float)):
        raise UsageError(f"{name} must be a number, not {shown(value)}")


def _explain(
    function: Callable[..., Any],
    name: str,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    error: Exception,
) -> None:
    """Raise `UsageError` from an error if an argument explains it: what it must be."""
    if isinstance(error, ReceiptkitError):
        return
    name = name.removesuffix(".__init__")
    try:
        arguments = inspect.signature(function).bind(*args, **kwargs).arguments
    except TypeError as reason:
        raise UsageError(f"{name}: {reason}") from error
    try:
        hints = get_type_hints(function)
    except NameError:
        hints = {}
    for argument, value in arguments.items():
        if not _fits(value, hints.get(argument, Any)):
            words = inspect.signature(function).parameters[argument].annotation
            is_container = isinstance(value, (list, dict, tuple, set))
            found = shown(value) if is_container else f"a {type(value).__name__}"
            raise UsageError(f"{name}: {argument} must be {words}, not {found}") from error
    if isinstance(error, _OF_VALUES) or not hints:
        message = f"{name}: an argument has an impossible value: {error}"
        raise UsageError(message) from error


def _fits(value: Any, hint: Any) -> bool:
    """Return False if a value certainly has another type than a hint says."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(value, each) for each in inner)
    if hint is None or hint is type(None):
        return value is None
    kind = origin or hint
    if kind is float:
        kind = (int, float)
    if kind is Any or not isinstance(kind, (type, tuple)):
        return True
    if not isinstance(value, kind):
        return False
    if origin is None or kind is str:
        return True
    if isinstance(value, Mapping) and len(inner) == 2:
        return all(_fits(key, inner[0]) and _fits(each, inner[1]) for key, each in value.items())
    if isinstance(value, (list, tuple, set, frozenset, Mapping)) and len({*inner} - {...}) == 1:
        return all(_fits(each, inner[0]) for each in value)
    # A text is no list of texts, although it is a sequence of some.
    return not isinstance(value, (str, bytes, bytearray, memoryview))
