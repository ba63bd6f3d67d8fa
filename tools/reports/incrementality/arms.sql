-- Accounts of each play whose window is over, grouped: who was sent to and who was left out by
-- lot, whether it came out well, and what they pay a month. Paying on day x means: not yet ended
-- for one who looked on the morning of x; who pays again within $grace is still there, and so is who
-- is paused: held is what would be paid without pauses. Currencies are added up and rounded once.
WITH closed AS (
    SELECT
        c.play AS play, c.account_id AS account_id, c.stratum AS stratum, c.held AS held,
        c.by_hand AS by_hand, c.rule AS rule, c.start_day AS start_day, c.end_day AS end_day, c.sent AS sent,
        p.value_minor AS promised_minor, p.gain_minor AS gain_minor,
        p.success_minor AS success_minor
    FROM work_clocks AS c
    LEFT JOIN work_proposals AS p ON p.proposal = c.proposal
    WHERE c.known_day <= $as_of
),
paid AS (
    SELECT
        c.play AS play, c.account_id AS account_id,
        MAX(w.unknown) AS unknown,
        CAST(SUM(CASE WHEN w.from_day < c.start_day AND w.to_day >= c.start_day
            THEN w.exact ELSE 0 END) AS DECIMAL(28, 9)) AS before,
        CAST(SUM(CASE WHEN w.from_day < c.end_day AND w.to_day >= c.end_day
            THEN w.exact ELSE 0 END) AS DECIMAL(28, 9)) AS after,
        CAST(SUM(CASE WHEN w.from_day < c.end_day + $grace AND w.to_day >= c.end_day + $grace
            THEN w.exact ELSE 0 END) AS DECIMAL(28, 9)) AS later,
        CAST(SUM(CASE WHEN w.from_day < c.start_day AND w.to_day >= c.start_day
            THEN w.held ELSE 0 END) AS DECIMAL(28, 9)) AS held_before,
        CAST(SUM(CASE WHEN w.from_day < c.end_day AND w.to_day >= c.end_day
            THEN w.held ELSE 0 END) AS DECIMAL(28, 9)) AS held_after,
        CAST(SUM(CASE WHEN w.from_day < c.end_day + $grace AND w.to_day >= c.end_day + $grace
            THEN w.held ELSE 0 END) AS DECIMAL(28, 9)) AS held_later
    FROM closed AS c
    JOIN paid_lines AS w ON w.account_id = c.account_id
    GROUP BY c.play, c.account_id
),
priced AS (
    SELECT play AS play, account_id AS account_id, unknown AS unknown, $before AS before,
        CASE WHEN after > 0 THEN $after ELSE $later END AS after, $held_before AS held_before,
        CASE WHEN held_after > 0 THEN $held_after ELSE $held_later END AS held_after,
        CASE WHEN held_after > 0 OR held_later > 0 THEN 1 ELSE 0 END AS stays,
        CASE WHEN after > 0 OR later > 0 THEN 1 ELSE 0 END AS pays
    FROM paid
),
seen AS (
    SELECT DISTINCT c.play AS play, c.account_id AS account_id
    FROM closed AS c
    JOIN incrementality_active AS v
        ON v.account_id = c.account_id AND v.day < c.end_day AND v.day >= c.end_day - $activity
),
ends AS (
    SELECT
        c.play AS play, c.stratum AS stratum, c.held AS held, c.by_hand AS by_hand,
        c.rule AS rule, c.sent AS sent,
        c.promised_minor AS promised_minor, c.gain_minor AS gain_minor,
        c.success_minor AS success_minor,
        COALESCE(p.unknown, 0) AS unknown, COALESCE(p.before, 0) AS before,
        COALESCE(p.after, 0) AS after, COALESCE(p.held_before, 0) AS held_before,
        COALESCE(p.held_after, 0) AS held_after, COALESCE(p.stays, 0) AS stays,
        COALESCE(p.pays, 0) AS pays,
        CASE WHEN v.account_id IS NULL THEN 0 ELSE 1 END AS active
    FROM closed AS c
    LEFT JOIN priced AS p ON p.play = c.play AND p.account_id = c.account_id
    LEFT JOIN seen AS v ON v.play = c.play AND v.account_id = c.account_id
),
outcomes AS (
    SELECT
        play AS play, stratum AS stratum, held AS held, by_hand AS by_hand, sent AS sent,
        promised_minor AS promised_minor, gain_minor AS gain_minor,
        success_minor AS success_minor,
        CASE rule
            WHEN 'active' THEN active
            WHEN 'more' THEN CASE WHEN held_after > held_before THEN 1 ELSE 0 END
            WHEN 'kept' THEN stays
            ELSE pays
        END AS success,
        CASE
            WHEN rule = 'active' OR unknown = 1 THEN CAST(NULL AS BIGINT)
            WHEN rule = 'kept' THEN LEAST(before, after)
            WHEN rule = 'more' THEN held_after - held_before
            ELSE after
        END AS minor
    FROM ends
)
SELECT
    play AS play, stratum AS stratum, held AS held, by_hand AS by_hand, success AS success,
    CAST(minor AS BIGINT) AS minor,
    CAST(COUNT(*) AS BIGINT) AS accounts,
    CAST(SUM(sent) AS BIGINT) AS sent,
    CAST(SUM(promised_minor) AS BIGINT) AS promised_minor,
    CAST(SUM(gain_minor) AS BIGINT) AS gain_minor,
    CAST(SUM(success_minor) AS BIGINT) AS success_minor,
    CAST(SUM(CASE WHEN success_minor <> 0
        THEN ROUND(1000000 * CAST(gain_minor AS DOUBLE) / success_minor) ELSE 0 END) AS BIGINT)
        AS moved_ppm,
    CAST(SUM(CASE WHEN success_minor IS NULL OR gain_minor IS NULL THEN 1 ELSE 0 END) AS BIGINT)
        AS unsaid
FROM outcomes
GROUP BY play, stratum, held, by_hand, success, minor
ORDER BY play, stratum, held, by_hand, success, minor
