"""
The modules of tests that take long. `make proofs` runs them, so that `make test` takes three minutes.

A module belongs here if its tests take more than ten seconds together (`pytest --durations=0`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
#: From this folder.
LONG = (
    "acceptance/test_bad_input.py",
    "acceptance/test_consumer.py",
    "acceptance/test_ends.py",
    "acceptance/test_every_command.py",
    "acceptance/test_examples.py",
    "acceptance/test_generate_command.py",
    "acceptance/test_listen_command.py",
    "acceptance/test_live_secrets.py",
    "acceptance/test_odd_arguments.py",
    "acceptance/test_planted_secrets.py",
    "acceptance/test_plugin_clients.py",
    "acceptance/test_plugin_coverage.py",
    "acceptance/test_plugin_inbound.py",
    "acceptance/test_plugin_manners.py",
    "acceptance/test_plugin_player.py",
    "acceptance/test_plugin_robust.py",
    "acceptance/test_replay_command.py",
    "acceptance/test_secrets.py",
    "acceptance/test_serve_tls.py",
    "acceptance/test_server_clients.py",
    "acceptance/test_state.py",
    "acceptance/test_trigger_command.py",
    "unit/captures/test_hostile_formats.py",
    "unit/corpus/test_corpus.py",
    "unit/drift/test_drift.py",
    "unit/generation/test_breakages.py",
    "unit/generation/test_cassette.py",
    "unit/generation/test_generator.py",
    "unit/generation/test_strategies.py",
    "unit/generation/test_typesetting.py",
    "unit/history/test_messages.py",
    "unit/openapi/test_build.py",
    "unit/openapi/test_odd_documents.py",
)


def mark(items: list[pytest.Item]) -> None:
    """Mark the tests of these modules. Raises `pytest.UsageError` for one that is gone."""
    paths = {_FOLDER / name for name in LONG}
    gone = sorted(path.name for path in paths if not path.exists())
    if gone:
        raise pytest.UsageError(f"tests/long_modules.py names what is gone: {', '.join(gone)}")
    for item in items:
        if item.path in paths:
            item.add_marker("long")
