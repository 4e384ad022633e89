"""The run: sources to observations to findings; processes, places, selection, baseline, settings."""
