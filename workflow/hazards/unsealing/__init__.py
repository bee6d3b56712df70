"""Unsealing (启封): who reported a case, opened by two persons for a legal reason, for half an hour."""
