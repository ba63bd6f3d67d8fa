"""What an expert who knew the truth would do: the measure of the whole agent."""
