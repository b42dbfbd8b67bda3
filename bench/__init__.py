"""Benchmarks against competing software, as ratios measured in one run on one machine."""
