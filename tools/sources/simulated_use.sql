-- What they do: product events, mail and tickets. Use, opening of mail and calm all fall with
-- health and after the decision to leave, so leaving can be foreseen, though not always.

CREATE TABLE covered AS
SELECT n, started, ended, NULL::DATE AS decided, FALSE AS fades FROM trials
UNION ALL
SELECT n, started, ended, decided, fades FROM spells;

CREATE TABLE days AS
SELECT day, season('use_month', month(day)) * season('use_weekday', isodow(day)) AS factor,
    month_of(day) AS m, date_diff('day', DATE '1970-01-01', day) AS day_n
FROM (SELECT getvariable('opens') + CAST(k AS INTEGER) AS day
      FROM range(getvariable('days') + getvariable('ahead')) AS t(k));

-- cd is the number of a person on a day.
CREATE TABLE active_days AS
WITH spans AS (
    SELECT p.cn, p.n, p.keen * c.keen AS keen, v.decided, v.ended, v.fades,
        greatest(v.started, p.created) AS since
    FROM people AS p JOIN covered AS v ON v.n = p.n JOIN characters AS c ON c.segment = p.segment
), chances AS (
    SELECT s.cn, s.n, d.day, s.cn * 32768 + d.day_n AS cd,
        s.keen * d.factor * exp(0.40 * h.health) * least(1, 0.4 + (d.day - s.since) / 20.0)
        * CASE WHEN s.fades AND d.day > s.decided THEN greatest(0.12, 1 - 0.9
            * (d.day - s.decided) / greatest(1, s.ended - s.decided)) ELSE 1 END AS chance
    FROM spans AS s
    JOIN days AS d ON d.day >= s.since AND d.day < coalesce(s.ended, getvariable('horizon'))
        AND d.day <= getvariable('until')
    JOIN health AS h ON h.n = s.n AND h.m = d.m
)
SELECT * FROM chances WHERE u(cd, 'active') < least(0.95, chance);

CREATE TABLE product_events AS
WITH each AS (
    SELECT a.*, cd * 16 + k AS ce, k
    FROM active_days AS a, unnest(range(1 + CAST(floor(3 * pow(u(cd, 'many'), 2)
        * (1 + 2 * least(1, chance))) AS BIGINT))) AS times(k)
), timed AS (
    SELECT e.*, p.contact_id, p.account_created, p.created, p.merged, p.copy_lag, a.account_id,
        CAST(e.day AS TIMESTAMP) + to_seconds(28800 + CAST(floor(36000 * u(ce, 'second'))
            AS BIGINT)) - to_minutes(c.offset_minutes) AS truly_at,
        u(ce, 'late') < 0.02 AS late, u(ce, 'clock') < 0.001 AS wrong_clock,
        u(ce, 'repeat') < 0.002 AS repeated
    FROM each AS e JOIN people AS p USING (cn) JOIN accounts AS a ON a.n = e.n
    JOIN countries AS c ON c.country_n = p.country_n
)
SELECT 'E-' || right('00000000000000' || CAST(ce AS VARCHAR), 15) AS event_id, account_id,
    -- Half of what a merged person did hangs on the record that went away.
    contact_id || CASE WHEN merged AND day >= created + copy_lag AND u(ce, 'which') < 0.5
        THEN '-M' ELSE '' END AS contact_id,
    pick(['login', 'login', 'login', 'report_viewed', 'report_viewed', 'report_created',
        'export_run', 'comment_added', 'dashboard_shared', 'automation_run', 'integration_synced',
        'teammate_invited'], pow(u(ce, 'name'), CASE WHEN chance < 0.15 THEN 1.6 ELSE 1 END))
        AS event,
    CASE WHEN wrong_clock THEN CAST(account_created AS TIMESTAMP)
        - to_hours(CAST(24 + floor(480 * u(ce, 'clock by')) AS BIGINT)) ELSE truly_at
    END AS occurred_at,
    truly_at + CASE WHEN late THEN to_hours(CAST(26 + floor(120 * u(ce, 'late by')) AS BIGINT))
        ELSE to_seconds(CAST(1 + floor(300 * u(ce, 'lag')) AS BIGINT)) END AS received_at,
    wrong_clock, late, repeated
FROM timed;

-- k 0..2: up to three tickets an account and month.
CREATE TABLE tickets AS
WITH likely AS (
    SELECT h.n, h.m, k, (h.n * 4096 + h.m) * 4 + k AS kt, h.health,
        month_day(h.m, floor(28 * u((h.n * 4096 + h.m) * 4 + k, 'ticket day'))) AS day
    FROM health AS h, unnest(range(3)) AS t(k)
), raised AS (
    SELECT t.*, v.decided IS NOT NULL AND t.day > v.decided AS leaving
    FROM likely AS t JOIN covered AS v ON v.n = t.n AND t.day >= v.started
        AND t.day < coalesce(v.ended, getvariable('horizon'))
    JOIN accounts AS a ON a.n = t.n
    WHERE u(kt, 'ticket') < sigmoid(-2.3 - 0.75 * t.health
        + CASE a.segment WHEN 'struggling' THEN 0.5 WHEN 'quiet' THEN -0.9 ELSE 0 END
        + CASE WHEN v.decided IS NOT NULL AND t.day > v.decided AND u(kt, 'upset') < 0.6
            THEN 0.9 ELSE 0 END)
), timed AS (
    SELECT r.*, a.account_id, p.contact_id, p.cn,
        CAST(day AS TIMESTAMP) + to_seconds(28800 + CAST(floor(32400 * u(kt, 'second')) AS BIGINT))
            AS opened_at,
        pick(['low', 'normal', 'normal', 'normal', 'high', 'urgent'],
            pow(u(kt, 'priority'), CASE WHEN leaving OR health < -0.6 THEN 0.6 ELSE 1.2 END))
            AS priority
    FROM raised AS r JOIN accounts AS a ON a.n = r.n
    JOIN people AS p ON p.n = r.n AND p.i = CAST(floor(a.people * pow(u(kt, 'who'), 2)) AS BIGINT)
)
SELECT 'T-' || right('00000000000' || CAST(kt AS VARCHAR), 11) AS ticket_id, account_id, contact_id,
    cn, priority, priority = 'urgent' OR (priority = 'high' AND u(kt, 'escalated') < 0.4)
        AS escalated, opened_at,
    CAST(CAST(opened_at AS DATE) + CAST(floor(9 * pow(u(kt, 'solved'), 2)) AS INTEGER) AS TIMESTAMP)
        + to_seconds(64800 + CAST(floor(7200 * u(kt, 'solved at')) AS BIGINT)) AS closed_at,
    CASE WHEN u(kt, 'answers') < 0.45 THEN greatest(1, least(5, CAST(round(3.9 + 0.6 * health
        + 0.9 * bell(kt, 'score')) AS INTEGER))) END AS satisfaction,
    u(kt, 'late') < 0.03 AS late, u(kt, 'stray') < 0.01 AS stray,
    opened_at + CASE WHEN u(kt, 'late') < 0.03
        THEN to_hours(CAST(30 + floor(90 * u(kt, 'late by')) AS BIGINT)) ELSE to_minutes(10)
        END AS synced_at
FROM timed;
