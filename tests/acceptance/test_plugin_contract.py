"""The fixture `receipt_contract`: something to compare payloads with."""

from __future__ import annotations

import pickle
import re

from receiptkit import Contract, ContractViolation
from suites import Suite, block

BAD = {"meta": {"page": 0}, "delivery_receipts": []}


def test_equality(suite: Suite) -> None:
    """A payload that does not equal the contract is explained: a line a finding, its hint below."""
    suite.write(
        test_it="""
        def test_it(receipt_contract, make_receipt_page):
            page = make_receipt_page("group-sms")
            assert page == receipt_contract
            page["delivery_receipts"][0]["status"] = page["delivery_receipts"][3]["status"] = "queued"
            page["delivery_receipts"][1]["error_code"] = "30003"
            page["delivery_receipts"][2].pop("account_sid")
            assert page == receipt_contract
        """
    )
    expected = """
    >       assert page == receipt_contract
    E       assert payload == receipt_contract
    E         the payload breaks the contract: 3 errors, 1 warning
    E         - /delivery_receipts/0/status error schema.enum: `status` is not one of read, failed, delivered, undelivered, sent or null (2 times)
    E             hint: `queued` is a status of Programmable Messaging messages; a delivery receipt never has it
    E         - /delivery_receipts/1/error_code error schema.type: `error_code` is a string, not an integer or null
    E             hint: send the number without quotes
    E         - /delivery_receipts/2 warning receipt.expected-field: field `account_sid` is missing; every recent receipt has it

    test_it.py:7: AssertionError
    """
    printed = suite.run()
    assert block(expected) in printed
    suite.outcomes(failed=1)
    assert '["queued"]' not in printed
    assert '["queued"]' in suite.run("--receipts-show-values")


def test_check(suite: Suite) -> None:
    """`check` returns findings below the limit, and raises others with only the caller's line in the traceback."""
    suite.write(
        test_it="""
        import pytest
        from receiptkit import ContractViolation, WebhookRequest

        def test_good(receipt_contract, make_receipt, make_receipt_webhook):
            receipt = make_receipt(status="delivered", channel_name="sms")
            receipt["error_code"] = 30003
            assert [finding.rule for finding in receipt_contract.check(receipt)] == ["receipt.code-without-failure"]
            assert receipt_contract.check(make_receipt_webhook()) == []

        def test_bad(receipt_contract):
            with pytest.raises(ContractViolation) as caught:
                receipt_contract.check(WebhookRequest(body="EventType=onDeliveryUpdated&Status=queued"))
            assert "schema.enum" in [finding.rule for finding in caught.value.findings]
            receipt_contract.check("{}", operation="receipt")
        """
    )
    expected = """
    >       receipt_contract.check("{}", operation="receipt")
    E       receiptkit.ContractViolation: the payload breaks the contract: 6 errors, 5 warnings
    """
    printed = suite.run()
    suite.outcomes(passed=1, failed=1)
    assert block(expected) in printed
    assert "matcher.py" not in printed


def test_profiles_and_documents(suite: Suite) -> None:
    """`--receipts-profile` and a team's settings decide; options win. So does `--receipts-document`."""
    suite.write(
        test_it="""
        def test_it(receipt_contract, make_receipt):
            assert {**make_receipt(), "more": 1} == receipt_contract
        """
    )
    suite.run()
    suite.outcomes(passed=1)
    suite.pytester.makepyprojecttoml('[tool.receiptkit]\nprofile = "strict"\n')
    suite.run()
    suite.outcomes(failed=1)
    suite.run("--receipts-profile=documented")
    suite.outcomes(passed=1)
    suite.pytester.path.joinpath("own.json").write_text('{"openapi": "3.1.0", "paths": 1}')
    suite.run("--receipts-document=own.json")
    assert suite.result.ret == 4
    assert suite.result.errlines == ["ERROR: own.json: `paths` is not an object", ""]


def test_every_comparison_is_explained_without_the_payload(suite: Suite) -> None:
    """A failed comparison with the contract, in any position, shows the findings and no payload."""
    suite.write(
        test_it="""
        def test_left(receipt_contract, make_receipt):
            assert receipt_contract == bad(make_receipt)

        def test_unequal(receipt_contract, make_receipt):
            assert good(make_receipt) != receipt_contract

        def test_not(receipt_contract, make_receipt):
            assert not (receipt_contract == {**good(make_receipt), "error_code": 30003})

        def test_in(receipt_contract, make_receipt):
            assert bad(make_receipt) in [receipt_contract]

        def test_not_in(receipt_contract, make_receipt):
            assert receipt_contract not in (bad(make_receipt), good(make_receipt))

        def test_list(receipt_contract, make_receipt):
            assert [1, good(make_receipt), bad(make_receipt)] == [1, receipt_contract, receipt_contract]

        def test_object(receipt_contract, make_receipt):
            assert {"a": bad(make_receipt), "b": 1} == {"b": 2, "a": receipt_contract}

        def good(make_receipt):
            return {**make_receipt(status="delivered", channel_name="sms"), "note": "hush"}

        def bad(make_receipt):
            return {**good(make_receipt), "status": "queued"}
        """
    )
    expected = """
    E       assert receipt_contract == payload
    E         the payload breaks the contract: 1 error
    E         - /status error
    E       assert payload != receipt_contract
    E         the payload conforms to the contract
    E       assert not receipt_contract == payload
    E         the payload conforms to the contract: 1 warning
    E         - /error_code warning
    E       assert payload in […]
    E         [0]: the payload breaks the contract: 1 error
    E         - /status error
    E       assert receipt_contract not in […]
    E         [0]: the payload breaks the contract: 1 error
    E         - /status error
    E         [1]: the payload conforms to the contract
    E       assert […] == […]
    E         [1]: the payload conforms to the contract
    E         [2]: the payload breaks the contract: 1 error
    E         - /status error
    E       assert {…} == {…}
    E         ['a']: the payload breaks the contract: 1 error
    E         - /status error
    """
    printed = suite.run("-vv")
    suite.outcomes(failed=7)
    printed = printed.replace("AssertionError: ", "")
    explained = [
        line for line in printed.splitlines() if line.startswith("E  ") and "hint:" not in line
    ]
    assert [re.sub(r"(error|warning) [a-z]+[.].*", r"\1", line) for line in explained] == block(
        expected
    ).splitlines()
    assert "'sid'" not in printed


def test_rejects_a_response_object(suite: Suite) -> None:
    """Comparing a client's response object says to compare its JSON or text instead."""
    suite.write(
        test_it="""
        import httpx

        def test_it(receipt_contract, make_receipt_page):
            response = httpx.Response(200, json=make_receipt_page("group-sms"))
            assert response.json() == receipt_contract
            assert response.text == receipt_contract
            assert response == receipt_contract
        """
    )
    assert "a Response is not a payload: compare its JSON or its text" in suite.run()
    suite.outcomes(failed=1)


def test_a_violation_travels() -> None:
    """The exception can be pickled, as other processes need it, and keeps its findings."""
    violation = ContractViolation("it is wrong", Contract.load().check(BAD))
    copy = pickle.loads(pickle.dumps(violation))
    assert (str(copy), copy.findings) == (str(violation), violation.findings)
    assert type(copy).__module__ == "receiptkit"
