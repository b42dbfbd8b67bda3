"""The pages: rows and frames in, HTML out."""
