"""Webhooks: what a partner asked to be told is signed and handed to its own address, at least once, under a stable id."""
