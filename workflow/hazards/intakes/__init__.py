"""Reports that come by another door (12345, 96119, the window): an order of theirs, a case of ours, and its result sent back."""
