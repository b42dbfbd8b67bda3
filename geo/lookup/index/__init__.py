"""The cell index: which grid covers a point, answered from memory."""
