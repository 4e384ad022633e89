"""The types that every room shares: findings, exchanges, positions, errors."""
