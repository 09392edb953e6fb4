"""A package, so that a distribution that brings a ``tests`` of its own is not taken for it."""
