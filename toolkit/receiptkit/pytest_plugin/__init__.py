"""
The pytest plugin, as pytest finds it. It imports pytest and the standard library, and
`receiptkit.testing` when something of it is used: who does not use it does not pay for it.
"""

from receiptkit.pytest_plugin.fixtures import (
    _receipt_factories,
    make_receipt,
    make_receipt_page,
    make_receipt_pages,
    make_receipt_webhook,
    make_receipt_world,
    play_receipt_webhooks,
    receipt_application,
    receipt_auth_token,
    receipt_breakage,
    receipt_contract,
    receipt_scenario,
    receipt_server,
    receipt_snapshot,
    receipt_traffic,
    receipt_world,
)
from receiptkit.pytest_plugin.options import pytest_addoption, pytest_configure
from receiptkit.pytest_plugin.parametrize import (
    pytest_collection_modifyitems,
    pytest_generate_tests,
)
from receiptkit.pytest_plugin.runtest import (
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_unconfigure,
)
from receiptkit.pytest_plugin.summary import (
    pytest_assertrepr_compare,
    pytest_runtestloop,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

#: What pytest takes from here.
__all__ = [
    "_receipt_factories",
    "make_receipt",
    "make_receipt_page",
    "make_receipt_pages",
    "make_receipt_webhook",
    "make_receipt_world",
    "play_receipt_webhooks",
    "pytest_addoption",
    "pytest_assertrepr_compare",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
    "pytest_runtestloop",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "pytest_unconfigure",
    "receipt_application",
    "receipt_auth_token",
    "receipt_breakage",
    "receipt_contract",
    "receipt_scenario",
    "receipt_server",
    "receipt_snapshot",
    "receipt_traffic",
    "receipt_world",
]
