"""Benchmarks: how fast and how large the portal's own parts are, beside others in the same run."""
