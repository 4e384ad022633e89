"""A value against a JSON Schema: compile, trace, formats, messages, and the reference engine."""
