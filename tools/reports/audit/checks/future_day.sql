-- Rows loaded already that are dated on the day of the run or later: no run reads them yet.
SELECT subject AS subject, example AS example, 1 AS n FROM audit_ahead
