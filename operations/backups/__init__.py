"""Backups of what `make run` keeps: taken, verified by restoring them aside, restored (docs/operations.md)."""
