"""The main job, end to end: twenty-one stories that `make demo` tells and other programs run (docs/demo.md)."""
