-- The days on which somebody used the product; $entity is the id column, $event one event or NULL.
SELECT DISTINCT $entity AS id, u.day AS day, u.day AS last_day
FROM usage AS u
WHERE $entity IS NOT NULL AND ($event IS NULL OR u.name = $event)
