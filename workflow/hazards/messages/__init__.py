"""Protected messages between the office in charge of a case and whoever reported it."""
