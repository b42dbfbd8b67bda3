"""Which grid a point is in, answered from memory."""
