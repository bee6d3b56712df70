"""Open311 GeoReport v2 for partners: their reports become cases of ours, and the public sees types, coarse cells and counts."""
