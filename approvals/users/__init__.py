"""People who sign in: passwords, second factors, sessions, tokens, their provider; no pages."""
