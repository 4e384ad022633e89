"""Find which parts of a contract observations exercise, and which scenarios close the gaps."""
