"""The contract document: load it, overlay it, upgrade it, build it, read its operations."""
