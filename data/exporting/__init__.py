"""Files out: query results as frames, and frames as files of every format."""
