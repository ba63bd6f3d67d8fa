"""What a person may do with a proposal, a module each: approve, edit, release, put away."""
