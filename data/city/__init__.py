"""A made-up city at Hegang's place: a seed in, frames out, the published figures met exactly."""

from data.city.city import City, build

__all__ = ["City", "build"]
