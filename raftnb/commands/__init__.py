"""One file a command.

A command imports its engine when it runs, so that help and mistakes are answered at once.
"""
