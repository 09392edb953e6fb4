"""A Bot API server on loopback, strict about what it implements: for the demo and the tests."""

from bot.sandbox.faults import Fault
from bot.sandbox.rates import Rates
from bot.sandbox.server import Sandbox

__all__ = ["Fault", "Rates", "Sandbox"]
