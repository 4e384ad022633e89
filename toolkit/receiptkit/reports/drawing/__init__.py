"""Draw receipts, paginations and findings as HTML and SVG."""
