"""An exploration whose states are dealt out to the machines of a cluster."""
