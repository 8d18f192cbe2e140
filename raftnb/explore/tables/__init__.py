"""Compiled loops over tables of numbers; knows no specification."""
