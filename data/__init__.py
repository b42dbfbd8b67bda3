"""Files in, files out, and the sample city."""
