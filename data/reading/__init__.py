"""Read files of every format as validated rows with our columns."""
