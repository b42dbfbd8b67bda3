"""Property coverage: which buildings have property management, counted, filtered and compared."""
