"""The run: sources to observations to findings; processes, selection, baseline, settings."""
