"""The stores: sequential, concurrent, and the memories of *Specifying Systems*."""
