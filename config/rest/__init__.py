"""How does the REST door speak? Strict JSON in, problem+json out, cursor pages between."""
