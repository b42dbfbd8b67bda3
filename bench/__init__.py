"""Measurements side by side with peers, as ratios from one run on one machine."""
