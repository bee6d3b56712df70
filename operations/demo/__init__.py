"""The main job, end to end: ten stories that `make demo` tells and other programs run (docs/demo.md)."""
