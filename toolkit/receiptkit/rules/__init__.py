"""The rules: a registry, and one module a family with checks, reasons and examples."""
