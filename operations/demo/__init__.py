"""The main job, end to end: fifteen stories that `make demo` tells and other programs run (docs/demo.md)."""
