"""What every room shares: findings, exchanges, positions, errors. Imports nothing of ours."""
