"""Plan edits as pure functions from partition to partition; no database."""
