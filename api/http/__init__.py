"""HTTP mechanics: authentication, caching, preconditions, content negotiation, parameters."""
