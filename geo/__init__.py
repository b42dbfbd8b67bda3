"""What the service knows and can do: settings, models, queries, lookup, plans."""
