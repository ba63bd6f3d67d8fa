"""The agent on past weeks of a company's own history, before it goes live."""
