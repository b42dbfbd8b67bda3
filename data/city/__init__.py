"""A generated sample city near Hegang: a seed in, frames out; it meets the published figures."""

from data.city.city import SampleCity, build

__all__ = ["SampleCity", "build"]
