"""Order, timing and wiring: the day as a graph, the command line, and the only clock."""
