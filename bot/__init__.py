"""Polyherald: press releases in many languages, to feeds and subscriber channels."""

__version__ = "0.1.0"
