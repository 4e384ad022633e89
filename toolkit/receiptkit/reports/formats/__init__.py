"""The formats of reports: each module is one, called by its name, and has `FORMAT`."""
