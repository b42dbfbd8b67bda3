"""Files as they lie: every format that is read and written, a few thousand rows at a time."""
