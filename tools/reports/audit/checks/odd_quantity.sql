-- Events whose quantity makes no sense as an amount of use: below zero, or above a billion.
SELECT 'events' AS subject, event_key AS example, 1 AS n
FROM fact_events
WHERE known_day <= $as_of AND day < $as_of AND (quantity < 0 OR quantity > 1000000000)
