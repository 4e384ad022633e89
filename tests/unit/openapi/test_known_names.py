"""Names that a document knows."""

from __future__ import annotations

from receiptkit.openapi.known_names import KnownNames

DOCUMENT = {
    "paths": {"/x": {"get": {"parameters": [{"in": "query", "name": "PageSize"}]}}},
    "components": {
        "schemas": {"A": {"properties": {"date_created": {"const": "secret"}}, "required": ["sid"]}}
    },
}


def test_knows_properties_and_parameters() -> None:
    """Names of properties, of required ones, and of parameters are known, in any spelling; values are not."""
    names = KnownNames(DOCUMENT, ["DeliveryStatus"])
    for name in ("date_created", "dateCreated", "DateCreated", "sid", "PageSize", "DeliveryStatus"):
        assert name in names
    for name in ("secret", "A", "x", "", "status", "_" * 1000 + "sid"):
        assert name not in names
    assert 5 not in names
