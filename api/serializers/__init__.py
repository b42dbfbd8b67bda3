"""Domain values as JSON, CSV and Arrow."""
