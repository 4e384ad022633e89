"""Texts: JSON, forms, URLs and dates, read strictly, with the position of every value."""
