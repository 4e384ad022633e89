"""Fuzz targets: one for each kind of input that other people write."""
