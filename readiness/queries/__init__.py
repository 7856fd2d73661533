"""Which joined pictures of readiness do rules and screens want? Always in sets, a fixed number of queries."""
