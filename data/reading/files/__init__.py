"""Read files of every supported format as Arrow batches, some thousand rows at a time."""
