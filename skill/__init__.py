"""Hip Coach: leads a person through physical exercise by voice."""

__version__ = "0.1.0"
