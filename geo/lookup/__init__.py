"""Point lookup: the in-memory cell index, its snapshots, and details from the database."""
