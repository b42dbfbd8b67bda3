"""Read files of every supported format as Arrow batches, unchanged, some thousand rows at a time."""
