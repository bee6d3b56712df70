"""The main job, end to end: nineteen stories that `make demo` tells and other programs run (docs/demo.md)."""
