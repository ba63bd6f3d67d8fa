"""Ways out of the building: each carries out one delivery, once, or says why not."""
