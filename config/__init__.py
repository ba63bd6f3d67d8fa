"""Settings from the environment, the economics of the tenant, and logging."""
