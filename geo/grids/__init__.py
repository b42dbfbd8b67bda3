"""Micro-grids and revisions: queries, publication, comparison, revert and lineage."""
