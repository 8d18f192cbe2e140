"""How many orders of members are tried: known without NumPy, which takes time to import."""

MOST_ORDERS = 1_000_000
"""So many orders of interchangeable members that look alike in a state are tried, for a second."""

__all__ = ["MOST_ORDERS"]
