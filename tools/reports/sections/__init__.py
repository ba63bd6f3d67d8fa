"""The sections of the weekly and the monthly report, one file each."""
