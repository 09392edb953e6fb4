"""Documents and pictures taken apart: in a process of its own, which imports nothing else of bot.

Whatever is in a document can cost that process no more than the limits in ``child.py``.
"""
