-- Issues that Rekey keeps at GitHub, each exactly once. key names what one is
-- about: "due:github_ci_user_pat:2026-12-04", "wrong:42:1"; over is 1 when
-- nothing is done about it any more.
create table tickets (
    key text primary key,
    secret text not null,
    over bigint not null,
    wanted_at bigint not null,
    body text not null
);
create index tickets_open on tickets (wanted_at, key) where over = 0;

-- Remarks that a step is wrong, and that one was passed on: what is counted to
-- find those that weren't yet.
create index events_remarks on events (rotation) where kind in ('step called wrong', 'remark passed on');
