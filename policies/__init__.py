"""Whether we may: the judge and the YAML a marketer edits; no input, no output, no clock."""
