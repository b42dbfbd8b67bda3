"""Ground shared out among polygons: whether they tile it, and making them do so."""
