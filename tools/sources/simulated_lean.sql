-- The benchmark's company: every account pays and uses the product, and nothing else happens.
-- History has events_per_account events an account on average, at most half as many again; every
-- day from `ends` on brings one in a hundred of that to each account that still pays.

CREATE TABLE lean_accounts AS
WITH drawn AS (
    SELECT n, getvariable('opens') + CAST(floor(0.9 * getvariable('days') * u(n, 'born')) AS INTEGER)
            AS started,
        CAST(ceil(-ln(1 - u(n, 'life')) / 0.03) AS INTEGER) AS lasts,
        CAST(floor(getvariable('events') * (0.5 + u(n, 'events'))) AS BIGINT) AS events,
        2 + CAST(floor(pow(u(n, 'seats'), 3) * 60) AS INTEGER) AS seats,
        1 + CAST(floor(3.99 * pow(u(n, 'plan'), 2)) AS INTEGER) AS plan_n,
        CAST(floor(8 * pow(u(n, 'country'), 1.6)) AS INTEGER) AS country_n
    FROM range(CAST(getvariable('first') AS BIGINT), CAST(getvariable('last') AS BIGINT)) AS numbers(n)
), dated AS (
    SELECT *, CASE WHEN later(started, lasts) < getvariable('horizon') THEN later(started, lasts)
        END AS ended FROM drawn
)
SELECT *, 'A-' || lpad(CAST(n AS VARCHAR), 7, '0') AS account_id,
    date_diff('day', started, least(getvariable('ends'), coalesce(ended, getvariable('ends'))))
        AS days_used,
    -- Use runs out early for those who left.
    CASE WHEN ended < getvariable('ends') THEN 1.4 ELSE 1.0 END AS early
FROM dated;

CREATE VIEW accounts_file AS
SELECT account_id, 'Company ' || CAST(n AS VARCHAR) AS company, country, timezone, plan AS plan_asked,
    started AS created_on
FROM lean_accounts JOIN countries USING (country_n) JOIN plans USING (plan_n)
WHERE started < getvariable('until');

CREATE VIEW subscriptions_file AS
SELECT 'S-' || right(account_id, 7) || '-1' AS subscription_id, account_id, plan, seats,
    CAST((fee + seat_price * seats) AS DECIMAL(18, 2)) / 100 AS mrr, 'USD' AS currency,
    FALSE AS trial, 1 AS interval_months, started AS started_on,
    CASE WHEN ended < getvariable('until') THEN ended END AS ended_on
FROM lean_accounts JOIN plans USING (plan_n) WHERE started < getvariable('until');

-- d is one draw for the day, the second and the name of an event.
CREATE MACRO lean_event(d) AS
    (['login', 'login', 'report_viewed', 'report_created', 'export_run', 'comment_added',
      'dashboard_shared', 'automation_run'])[1 + CAST((d >> 8) & 7 AS INTEGER)];
CREATE MACRO lean_second(d) AS to_seconds(CAST(28800 + ((d >> 16) & 32767) AS BIGINT));
CREATE VIEW past_events AS
    WITH drawn AS (
        SELECT a.n * 4194304 + k AS event_id, a.account_id, a.started, a.days_used, a.early,
            dice(a.n * 4194304 + k, 'event') AS d
        FROM lean_accounts AS a, unnest(range(a.events)) AS t(k)
    )
    SELECT event_id, account_id, lean_event(d) AS event, CAST(started + CAST(floor(days_used
        * pow(CAST(d >> 11 AS DOUBLE) / 9007199254740992.0, early)) AS INTEGER) AS TIMESTAMP)
        + lean_second(d) AS occurred_at
    FROM drawn WHERE days_used > 0;

CREATE MACRO new_events(since, cut) AS TABLE
    WITH days AS (
        SELECT getvariable('ends') + CAST(t.k AS INTEGER) AS day, t.k
        FROM range(getvariable('ahead')) AS t(k)
    ), counted AS (
        SELECT a.*, days.day, days.k, 2097152 + days.k * 4096 AS base, CAST(floor(
            0.01 * a.events + u(a.n * 256 + days.k, 'today')) AS BIGINT) AS today
        FROM lean_accounts AS a JOIN days ON days.day >= since AND days.day < cut
            AND days.day < coalesce(a.ended, getvariable('horizon'))
    ), drawn AS (
        SELECT c.n * 4194304 + base + j AS event_id, c.account_id, c.day,
            dice(c.n * 4194304 + base + j, 'event') AS d
        FROM counted AS c, unnest(range(c.today)) AS t(j)
    )
    SELECT event_id, account_id, lean_event(d) AS event,
        CAST(day AS TIMESTAMP) + lean_second(d) AS occurred_at FROM drawn;
