"""Rewards (奖励): policies of the divisions, claims, decisions by two persons, payment apart from the case."""
