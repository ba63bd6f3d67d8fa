-- What happens to accounts: health by month, and the chances that hang on it.
-- An expectation here is a probability of the month; the draw beside it decides. A later study
-- replays any month with a play by comparing the same draw with the changed probability.

CREATE TABLE health AS
SELECT n, m, segment, created, quality
    + CAST(sum(CAST(round(1000 * bell(n * 4096 + m, 'shock')) AS BIGINT)) OVER (
        PARTITION BY n ORDER BY m ROWS BETWEEN 5 PRECEDING AND CURRENT ROW) AS DOUBLE)
        / 1000 * 0.42 AS health
FROM accounts,
    unnest(range(CAST(month_of(getvariable('opens')) - 6 AS BIGINT),
                 CAST(month_of(getvariable('horizon')) + 2 AS BIGINT))) AS months(m);

CREATE TABLE chances AS
SELECT h.n, h.m, h.segment, h.health,
    sigmoid(-3.25 - 1.15 * before.health + c.churn + season('churn_month', h.m % 12 + 1))
        AS leave_monthly,
    sigmoid(-1.45 - 1.15 * before.health + c.churn + season('churn_month', h.m % 12 + 1))
        AS leave_annual,
    sigmoid(-3.5 + 0.8 * before.health + c.growth + season('growth_month', h.m % 12 + 1))
        AS expand_chance,
    sigmoid(-4.6 - 0.9 * before.health) AS shrink_chance,
    sigmoid(-3.6 + c.comeback) AS return_chance,
    u(h.n * 4096 + h.m, 'leave') AS leave_draw,
    u(h.n * 4096 + h.m, 'expand') AS expand_draw,
    u(h.n * 4096 + h.m, 'shrink') AS shrink_draw,
    u(h.n * 4096 + h.m, 'return') AS return_draw,
    month_day(h.m, floor(28 * u(h.n * 4096 + h.m, 'day'))) AS chance_day
FROM health AS h
JOIN health AS before ON before.n = h.n AND before.m = h.m - 1
JOIN characters AS c ON c.segment = h.segment
WHERE h.m >= month_of(h.created);

-- A spell is a time of paying without a gap; an account may leave, come back and leave again.
CREATE TABLE starts AS
SELECT n, 1 AS spell, bought AS started, interval_months
FROM accounts WHERE bought < getvariable('horizon');

CREATE TABLE spells (
    n BIGINT, spell INTEGER, started DATE, interval_months INTEGER, ended DATE,
    decided DATE, cancelled DATE, fades BOOLEAN, unpaid BOOLEAN);

-- What was done for accounts, one row per deed and outcome: it changes a chance in the window after
-- it by a share, and the draw stays. Empty unless the company answers what was done.
CREATE TABLE answers AS
SELECT a.n, d.day, d.day + s.window_days AS until, s.outcome, s.parts[c.place] AS share
FROM deeds AS d JOIN accounts AS a USING (account_id) JOIN shares AS s USING (play)
JOIN (SELECT segment, row_number() OVER (ORDER BY share_from) AS place FROM characters) AS c
    ON c.segment = a.segment;
