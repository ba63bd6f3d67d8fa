-- Keys that look like one customer and may not join, by rule and reason.
SELECT CONCAT(rule, ': ', reason) AS subject, example AS example, refs AS n FROM refusals
