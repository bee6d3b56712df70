"""The main job, end to end: fourteen stories that `make demo` tells and other programs run (docs/demo.md)."""
