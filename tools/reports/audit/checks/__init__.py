"""One query for each thing of `checks.yaml` that the audit looks for."""
