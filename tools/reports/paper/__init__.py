"""What a report is made of, and how it is written down: page, mail, print, CSV and JSON."""
